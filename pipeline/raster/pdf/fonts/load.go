package fonts

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// What a folder of fonts may hold. All of them stay in memory, and every document's
// sandbox looks at each.
const (
	maxFiles   = 1000
	maxBytes   = 256 << 20 // of all files together
	maxEntries = 100_000   // files and folders looked at
)

// Load reads the fonts of a folder and the folders in it: files whose names end in .ttf,
// .otf or .ttc. Links are not followed. What the set is depends on the contents of the
// files alone, not on their names.
func Load(folder string) (Set, error) {
	paths, err := find(folder)
	if err != nil {
		return Set{}, err
	}
	var contents [][]byte
	left := int64(maxBytes)
	for _, path := range paths {
		data, err := read(path, left)
		if err != nil {
			return Set{}, err
		}
		left -= int64(len(data))
		contents = append(contents, data)
	}
	return newSet(contents), nil
}

// newSet puts fonts in the order of their hashes, each once, and hashes those.
func newSet(contents [][]byte) Set {
	byHash := map[string][]byte{}
	for _, data := range contents {
		h := sha256.Sum256(data)
		byHash[string(h[:])] = data
	}
	all := sha256.New()
	var files []file
	for i, h := range slices.Sorted(maps.Keys(byHash)) {
		io.WriteString(all, h)
		files = append(files, file{fmt.Sprintf("%04d.ttf", i), byHash[h]})
	}
	return Set{hex.EncodeToString(all.Sum(nil)), &files}
}

// find lists the fonts of a folder.
func find(folder string) (paths []string, err error) {
	if info, err := os.Stat(folder); err != nil {
		return nil, err
	} else if !info.IsDir() {
		return nil, fmt.Errorf("%s is not a folder", folder)
	}
	entries := 0
	// The dot makes a folder of a link to one.
	err = filepath.WalkDir(folder+string(filepath.Separator)+".", func(path string, d fs.DirEntry, err error) error {
		entries++
		switch {
		case err != nil:
			return err
		case entries > maxEntries:
			return fmt.Errorf("%s holds more than %d files; name a folder that holds fonts alone", folder, maxEntries)
		case !d.Type().IsRegular():
			return nil
		}
		switch strings.ToLower(filepath.Ext(path)) {
		case ".ttf", ".otf", ".ttc":
			paths = append(paths, filepath.Clean(path))
		}
		if len(paths) > maxFiles {
			return fmt.Errorf("%s holds more than %d fonts; name a folder with those that the documents need", folder, maxFiles)
		}
		return nil
	})
	if err == nil && len(paths) == 0 {
		err = fmt.Errorf("%s holds no font: no file whose name ends in .ttf, .otf or .ttc (links are not followed)", folder)
	}
	return paths, err
}

// read reads a font of at most limit bytes.
func read(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("with %s the fonts have more than %d MiB; name a folder with those that the documents need", path, maxBytes>>20)
	}
	if err := check(data); err != nil {
		return nil, fmt.Errorf("%s is not a sound TrueType or OpenType font: %w; remove it from the folder", path, err)
	}
	return data, nil
}
