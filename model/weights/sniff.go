package weights

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"cutpoint/model/weights/hdf5"
)

const conversion = "convert it to .safetensors first (in Python: safetensors.torch.save_file(model.state_dict(), \"vgg19.safetensors\")); "

// otherFormats are formats that people have VGG19 in and that are not read, by the
// bytes they begin with.
var otherFormats = []struct{ magic, refusal string }{
	{"<", "it is an HTML or XML page, probably a server's error message saved in place of the file: download it again; "},
	{"version https://git-lfs", "it is a Git LFS pointer, not the file itself: run `git lfs pull`; "},
	{"\x1f\x8b", "it is compressed with gzip: gunzip it first; "},
	{"\x28\xb5\x2f\xfd", "it is compressed with zstd: unzstd it first; "},
	{"GGUF", "it is a GGUF file: " + conversion},
}

type format int

const (
	unknown format = iota
	safetensorsFile
	hdf5File
	torchFile
	onnxFile
	tfjsFile
)

// String returns the format's name.
func (f format) String() string {
	return [...]string{"unknown", "safetensors", "Keras HDF5", "PyTorch .pth", "ONNX", "TensorFlow.js layers model"}[f]
}

// sniff tells a file's format from its content.
func sniff(r io.ReaderAt, size int64) (format, error) {
	if size == 0 {
		return unknown, errors.New("the file is empty: " + accepted)
	}
	head := make([]byte, min(size, 512))
	if n, err := r.ReadAt(head, 0); n < len(head) {
		return unknown, fmt.Errorf("read its first bytes: %w", err)
	}
	switch {
	case isSafetensors(head):
		return safetensorsFile, nil
	case hdf5.Is(r, size):
		return hdf5File, nil
	case isTorch(head):
		return torchFile, nil
	case isONNX(head):
		return onnxFile, nil
	}
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
	if bytes.HasPrefix(text, []byte("{")) {
		return tfjsFile, nil
	}
	for _, s := range otherFormats {
		if bytes.HasPrefix(text, []byte(s.magic)) {
			return unknown, errors.New(s.refusal + accepted)
		}
	}
	return unknown, errors.New("its format is unknown: " + accepted)
}

// isSafetensors looks for the header's opening brace behind its length.
func isSafetensors(head []byte) bool { return len(head) > 8 && head[8] == '{' }

// isTorch looks for a ZIP archive or for the first instruction of a pickle,
// PROTO with one of the versions in use.
func isTorch(head []byte) bool {
	return bytes.HasPrefix(head, []byte("PK\x03\x04")) || len(head) > 1 && head[0] == 0x80 && head[1] >= 2 && head[1] <= 5
}

// isONNX looks for ModelProto's first fields as every exporter writes them:
// ir_version (field 1, a small varint), then a string or a message, as
// producer_name (2) and graph (7) are.
func isONNX(head []byte) bool {
	return len(head) > 2 && head[0] == 0x08 && head[1] < 0x20 && head[2]&7 == 2 && head[2] >= 0x12 && head[2] <= 0x72
}
