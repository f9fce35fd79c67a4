// Command benchstore is our side of ./scripts/bench-store: it holds N vectors of
// DIM values from a file of little-endian float32 and, for each line on standard
// input, does what it says and prints the seconds and the processor seconds that
// took.
//
//	write CODEC FILE   writes a Parquet file, as a part of a cut table
//	read FILE          reads it into one (N, DIM) matrix
//	check FILE         the same, and compares every bit
//	append FOLDER      makes a store there and appends all rows in one commit
package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"cutpoint/schemas"
	"cutpoint/store"
	"cutpoint/store/parquet"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "benchstore:", err)
		os.Exit(1)
	}
}

// bench holds what is written and read.
type bench struct {
	rows []schemas.Feature
	dim  int
}

func run(args []string) error {
	if len(args) != 3 {
		return errors.New("usage: benchstore VALUES N DIM")
	}
	n, err1 := strconv.Atoi(args[1])
	dim, err2 := strconv.Atoi(args[2])
	if err := errors.Join(err1, err2); err != nil || n < 1 || dim < 1 {
		return fmt.Errorf("both N and DIM must be positive numbers: %w", err)
	}
	rows, err := load(args[0], n, dim)
	if err != nil {
		return err
	}
	b := &bench{rows, dim}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		runtime.GC() // so that garbage of the line before is not collected on this one's time
		start, before := time.Now(), processorTime()
		if err := b.execute(strings.Fields(lines.Text())); err != nil {
			return fmt.Errorf("%s: %w", lines.Text(), err)
		}
		fmt.Println(time.Since(start).Seconds(), (processorTime() - before).Seconds())
	}
	return lines.Err()
}

// processorTime is what this process has used, of all processors together.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func (b *bench) execute(words []string) error {
	switch {
	case len(words) == 3 && words[0] == "write":
		return b.write(words[1], words[2])
	case len(words) == 2 && words[0] == "read":
		_, err := b.read(words[1])
		return err
	case len(words) == 2 && words[0] == "check":
		return b.check(words[1])
	case len(words) == 2 && words[0] == "append":
		return b.append(words[1])
	}
	return errors.New("no such command")
}

// load reads n rows of dim values.
func load(name string, n, dim int) ([]schemas.Feature, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	if len(b) != 4*n*dim {
		return nil, fmt.Errorf("%s has %d bytes, %d rows of %d values take %d", name, len(b), n, dim, 4*n*dim)
	}
	now := time.Unix(1_800_000_000, 0).UTC()
	rows := make([]schemas.Feature, n)
	for i := range rows {
		id := sha256.Sum256([]byte(strconv.Itoa(i)))
		label := fmt.Sprintf("class %d", i%5)
		v := make([]float32, dim)
		for j := range v {
			v[j] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*(i*dim+j):]))
		}
		rows[i] = schemas.Feature{
			DocumentID: hex.EncodeToString(id[:]), Path: fmt.Sprintf("inbox/%06d.tif", i), Label: &label,
			FeaturizedAt: now, Embedding: v,
		}
	}
	return rows, nil
}

func (b *bench) write(codec, name string) error {
	codecs := map[string]parquet.Codec{"none": parquet.Uncompressed, "snappy": parquet.Snappy, "zstd": parquet.Zstd}
	c, ok := codecs[codec]
	if !ok {
		return errors.New("the codecs are none, snappy and zstd")
	}
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	err = parquet.WriteFeatures(context.Background(), f, b.rows, parquet.FeatureOptions{Dim: b.dim, Codec: c})
	return errors.Join(err, f.Close())
}

func (b *bench) read(name string) (matrix []float32, err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	p, err := parquet.Open(f, info.Size())
	if err != nil {
		return nil, err
	}
	d := parquet.NewDecoder(0)
	defer d.Close()
	matrix = make([]float32, int(p.Rows())*b.dim) // (N, dim)
	return matrix, d.ReadEmbeddings(context.Background(), p, b.dim, matrix)
}

func (b *bench) check(name string) error {
	matrix, err := b.read(name)
	if err != nil {
		return err
	}
	for i, r := range b.rows {
		for j, x := range r.Embedding {
			if math.Float32bits(matrix[i*b.dim+j]) != math.Float32bits(x) {
				return fmt.Errorf("value %d of row %d differs", j, i)
			}
		}
	}
	return nil
}

func (b *bench) append(dir string) error {
	s, err := store.Create(dir, schemas.Description{Model: "VGG19", Precision: "float32"})
	if err != nil {
		return err
	}
	t, err := s.CreateCut(schemas.CutInfo{Cut: "fc2", Dim: b.dim, Shape: []int{b.dim}, Layout: "C", DType: "float32"})
	if err != nil {
		return err
	}
	_, err = t.Append(context.Background(), b.rows, store.CommitInfo{Run: "bench"})
	return err
}
