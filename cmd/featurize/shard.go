package main

import (
	"fmt"
	"hash/fnv"

	"cutpoint/cmd/internal/command"
	"cutpoint/pipeline/corpus"
)

// shard is one of several runs that share a corpus; the zero value is a run alone.
type shard struct{ number, of int }

func parseShard(text string) (shard, error) {
	if text == "" {
		return shard{}, nil
	}
	var s shard
	var rest string
	n, _ := fmt.Sscanf(text, "%d/%d%s", &s.number, &s.of, &rest)
	if n != 2 || s.of < 1 || s.number < 1 || s.number > s.of || s.of > 1<<16 {
		return shard{}, command.Usagef("--shard %q: write K/N with K from 1 to N, such as 2/8", text)
	}
	return s, nil
}

// filter keeps the entries of the shard. A path is always in the same one.
func (s shard) filter(entries []corpus.Entry) (kept []corpus.Entry) {
	if s.of <= 1 {
		return entries
	}
	for _, e := range entries {
		h := fnv.New32a()
		h.Write([]byte(e.Name()))
		if int(h.Sum32()%uint32(s.of)) == s.number-1 {
			kept = append(kept, e)
		}
	}
	return kept
}

// writer is what the shard's commits are numbered under (store.CommitInfo.App).
func (s shard) writer() string {
	if s.of <= 1 {
		return "featurize"
	}
	return fmt.Sprintf("featurize shard %d/%d", s.number, s.of)
}
