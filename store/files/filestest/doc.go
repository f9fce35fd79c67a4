// Package filestest is a disk for tests of package files and of what stands on
// it: in memory, it knows what a power failure would leave (Disk.AfterOutage), and
// any call that changes it can be made to fail (Faulty).
package filestest
