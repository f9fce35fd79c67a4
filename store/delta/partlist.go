package delta

// partList is an ordered set of parts, by path. A part that is dropped leaves a
// hole until there are more holes than parts, so that each change costs O(1).
type partList struct {
	slots []Part // in commit order; Path == "" is a hole
	at    map[string]int
}

func (l *partList) len() int { return len(l.at) }

func (l *partList) has(name string) bool {
	_, ok := l.at[name]
	return ok
}

// put adds a part, or replaces the one of its path: the newest add counts.
func (l *partList) put(p Part) {
	if i, ok := l.at[p.Path]; ok {
		l.slots[i] = p
		return
	}
	if l.at == nil {
		l.at = map[string]int{}
	}
	l.at[p.Path] = len(l.slots)
	l.slots = append(l.slots, p)
}

func (l *partList) drop(name string) {
	i, ok := l.at[name]
	if !ok {
		return
	}
	l.slots[i] = Part{}
	delete(l.at, name)
	if len(l.slots) < 2*len(l.at)+16 {
		return
	}
	l.slots = l.list()
	for i, p := range l.slots {
		l.at[p.Path] = i
	}
}

// list returns the parts in commit order, for the caller to keep.
func (l *partList) list() []Part {
	out := make([]Part, 0, len(l.at))
	for _, p := range l.slots {
		if p.Path != "" {
			out = append(out, p)
		}
	}
	return out
}
