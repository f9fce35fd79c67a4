package pth

import (
	"archive/zip"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"cutpoint/model/weights/pickle"
)

const (
	maxMembers   = 1 << 17
	maxDirectory = 32 << 20 // bytes of the archive's directory and local headers
)

// member is a file of an archive, with its size there.
type member struct {
	offset, size int64
	compressed   bool
}

// members are an archive's files by name.
type members map[string]member

// get returns a member that has to be there, uncompressed.
func (ms members) get(name string) (member, error) {
	m, ok := ms[name]
	if !ok {
		return m, fmt.Errorf("the archive has no member %.100q: the file is damaged", name)
	}
	if m.compressed {
		return m, fmt.Errorf("the archive's member %.100q is compressed, which PyTorch never does: load the file in Python and %s", name, remedy)
	}
	return m, nil
}

// readZip reads the layout that PyTorch has written since 1.6.
func readZip(r io.ReaderAt, size int64) (*File, error) {
	ms, err := archive(r, size)
	if err != nil {
		return nil, err
	}
	root, err := rootOf(ms)
	if err != nil {
		return nil, err
	}
	f := &File{}
	if f.BigEndian, err = bigEndian(r, ms, root); err != nil {
		return nil, err
	}
	data, err := ms.get(root + "data.pkl")
	if err != nil {
		return nil, err
	}
	d := pickle.NewDecoder(io.NewSectionReader(r, data.offset, data.size), maxPickle, allow)
	object, err := d.Decode()
	if err != nil {
		return nil, fmt.Errorf("read its data.pkl: %w", err)
	}
	found, err := stateDict(object)
	if err != nil {
		return nil, err
	}
	for _, n := range found {
		t, err := n.tensor(func(ref reference) (storage, error) { return stored(ms, root, ref) })
		if err != nil {
			return nil, err
		}
		f.Tensors = append(f.Tensors, t)
	}
	return f, nil
}

// stored finds the member of a storage, which must have its size.
func stored(ms members, root string, ref reference) (storage, error) {
	m, err := ms.get(root + "data/" + ref.key)
	if err != nil {
		return storage{}, err
	}
	if m.size != ref.count*widths[ref.typ] {
		return storage{}, fmt.Errorf("the archive's member %.100q has %d bytes, and %d values %s need %d: the file is damaged",
			root+"data/"+ref.key, m.size, ref.count, ref.typ, ref.count*widths[ref.typ])
	}
	return storage{m.offset, ref.count, ref.typ}, nil
}

// rootOf returns the folder in which everything lies, named like the file that was
// once written.
func rootOf(ms members) (string, error) {
	var roots []string
	for name := range ms {
		folder, file, _ := strings.Cut(name, "/")
		switch {
		case file == "data.pkl":
			roots = append(roots, folder+"/")
		case file == "constants.pkl" || strings.HasPrefix(file, "code/"):
			return "", errors.New("it is a TorchScript program (torch.jit.save), whose reading means executing code: load it with torch.jit.load and " + remedy)
		case name == "model.weights.h5":
			return "", errors.New("it is a Keras 3 model (.keras): unzip it, or write model.save_weights(\"vgg19.weights.h5\")")
		case strings.HasSuffix(name, ".npy"):
			return "", errors.New("it is NumPy's .npz, which does not say which library's layout it has")
		}
	}
	if len(roots) != 1 {
		return "", errors.New("it is a ZIP archive without the data.pkl of torch.save: " + remedy)
	}
	return roots[0], nil
}

// bigEndian reads the member that says in which order the bytes of values lie.
// Files before PyTorch 2.1 lack it and are little-endian.
func bigEndian(r io.ReaderAt, ms members, root string) (bool, error) {
	if _, ok := ms[root+"byteorder"]; !ok {
		return false, nil
	}
	m, err := ms.get(root + "byteorder")
	if err != nil {
		return false, err
	}
	text := make([]byte, min(m.size, 16))
	if n, err := r.ReadAt(text, m.offset); n < len(text) {
		return false, err
	}
	switch string(text) {
	case "little":
		return false, nil
	case "big":
		return true, nil
	}
	return false, fmt.Errorf("its byte order is %q, want little or big: the file is damaged", text)
}

// archive lists the members of a ZIP archive and verifies that each lies in the file
// and shares no byte with another.
func archive(r io.ReaderAt, size int64) (members, error) {
	z, err := zip.NewReader(&metered{r, maxDirectory}, size)
	switch {
	case errors.Is(err, errMetered):
		return nil, err
	case err != nil:
		return nil, fmt.Errorf("its ZIP directory cannot be read (%v): the file is cut off or damaged, get it again", err)
	case len(z.File) > maxMembers:
		return nil, fmt.Errorf("the archive has %d members, more than %d: not a file this reads", len(z.File), maxMembers)
	}
	ms := make(members, len(z.File))
	byOffset := make([]member, 0, len(z.File))
	for _, f := range z.File {
		m, err := locate(f, size)
		if err != nil {
			return nil, err
		}
		if _, twice := ms[f.Name]; twice {
			return nil, fmt.Errorf("the archive's member %.100q stands there twice: the file is damaged", f.Name)
		}
		ms[f.Name] = m
		byOffset = append(byOffset, m)
	}
	slices.SortFunc(byOffset, func(a, b member) int { return cmp.Compare(a.offset, b.offset) })
	for i := 1; i < len(byOffset); i++ {
		if a := byOffset[i-1]; a.offset+a.size > byOffset[i].offset {
			return nil, errors.New("two members of the archive overlap: the file is damaged, or made to do harm")
		}
	}
	return ms, nil
}

func locate(f *zip.File, size int64) (member, error) {
	compressed := f.Method != zip.Store
	if !compressed && f.CompressedSize64 != f.UncompressedSize64 {
		return member{}, fmt.Errorf("the archive's member %.100q has two sizes: the file is damaged", f.Name)
	}
	at, err := f.DataOffset()
	switch {
	case errors.Is(err, errMetered):
		return member{}, err
	case err != nil:
		return member{}, fmt.Errorf("the archive's member %.100q cannot be read (%v): the file is damaged, get it again", f.Name, err)
	case at > size || f.CompressedSize64 > uint64(size-at):
		return member{}, fmt.Errorf("the archive's member %.100q ends beyond the file: the file is cut off, get it again", f.Name)
	}
	return member{at, int64(f.CompressedSize64), compressed}, nil
}

var errMetered = fmt.Errorf("the archive's directory has more than %d bytes: not a file this reads", maxDirectory)

// metered limits how many bytes of a file are read.
type metered struct {
	io.ReaderAt
	left int64
}

func (m *metered) ReadAt(p []byte, at int64) (int, error) {
	if m.left -= int64(len(p)); m.left < 0 {
		return 0, errMetered
	}
	return m.ReaderAt.ReadAt(p, at)
}
