// Package files is what a store asks of the place where its files stand: a few
// verbs that a disk and a bucket both have.
//
// Nothing above knows how they are kept. On a disk a file is written under a
// temporary name, synced, and only then given its own name: by link(2) where it
// must not replace another's (PutIfAbsent), else by rename(2). Then its folder is
// synced, since on POSIX a name is durable only once its folder is (fsync(2)).
//
// A crash leaves at most a temporary file, which Temporary tells by its name; a
// process that is killed between giving a name and syncing the folder leaves a
// file that is there for all to see and that a power failure may still take.
// Whoever relies on what another process wrote calls Settle first.
//
// Tests put a Disk of their own under a Folder, to fail any of its calls: see
// package filestest.
package files
