package featurize

import (
	"cutpoint/pipeline/corpus"
	"cutpoint/schemas"
)

// A document is replaced once a run finds other bytes at its path, and at no other
// path its own. Its rows then say by which document (schemas.Document.ReplacedBy),
// until a run finds it again, at this path or elsewhere. The row of the old document
// is written with those of the new one; where the old one turns up later in the same
// run, it is written once more.

// replaced returns the rows of the document whose first row is given, as they are
// once another document is at its path.
func (c *catalog) replaced(first int32, by string) []schemas.Document {
	var out []schemas.Document
	rows := c.pagesFrom(int(first))
	for i := range rows {
		now := c.unpack(&rows[i])
		now.ReplacedBy = &by
		out = append(out, now)
	}
	return out
}

// replaceOthers settles what a killed run, or runs at the same time, left: several
// documents at one path. The entry is as recorded for the one that is named, or for
// its failure, so it is what replaced the others.
func (p *plan) replaceOthers(c *catalog, e corpus.Entry, by documentID, failure *schemas.Failure) {
	for _, first := range c.at(e.Name()) {
		r := &c.rows[first]
		if r.id != by && isOther(r, e, failure) {
			p.replaced[c.unpackID(r.id)] = true
			p.refresh.Documents = append(p.refresh.Documents, c.replaced(first, c.unpackID(by))...)
		}
	}
}

// isOther reports whether the entry, which failed if there is a failure, is known to
// have other bytes than a recorded document. Of a file that was not read, only its
// size can tell.
func isOther(r *record, e corpus.Entry, failure *schemas.Failure) bool {
	if failure == nil || failure.Stage != stageOpen {
		return true
	}
	return failure.Class == classTooLarge && e.Size != r.bytes
}

// supersede notes what a path held before the document was found there: documents
// that are replaced now, and failures of what is no longer there.
func (b *batcher) supersede(d *document) {
	c, rec := b.run.catalog, &b.current.records
	for _, first := range c.at(d.entry.Name()) {
		id := c.unpackID(c.rows[first].id)
		if id == d.id || b.isSeen(id) || !isOther(&c.rows[first], d.entry, d.failure) {
			continue
		}
		if elsewhere, ok := b.copies[id]; ok {
			b.seen[id] = elsewhere
			rec.add(c.refreshed(c.pagesFrom(int(first)), elsewhere))
			continue
		}
		if !b.replaced[id] {
			b.replaced[id] = true
			b.run.progress.replaced.Add(1)
		}
		rec.Documents = append(rec.Documents, c.replaced(first, d.id)...)
	}
	for _, old := range c.failedAt[d.entry.Name()] {
		rows := c.document(old.DocumentID)
		moved := len(rows) > 0 && rows[0].inPlace && rows[0].path != d.entry.Name()
		if old.DocumentID != d.id && !moved && !b.isSeen(old.DocumentID) {
			rec.Recovered = append(rec.Recovered, old)
		}
	}
}

// isSeen reports whether this run found the document somewhere.
func (b *batcher) isSeen(id string) bool {
	_, ok := b.seen[id]
	return ok
}

// found notes that the document is in the corpus, even if this run took it for
// replaced. Its row has another path then, and is written for that.
func (b *batcher) found(id string) {
	if b.replaced[id] {
		delete(b.replaced, id)
		b.run.progress.replaced.Add(-1)
	}
}
