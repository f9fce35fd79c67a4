package pdf

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"

	"github.com/klauspost/compress/flate"

	"cutpoint/pipeline/raster/jpeg"
)

// canBeCut says whether cutShort knows a filter.
func canBeCut(filter string) bool {
	return filter == "DCTDecode" || filter == "JPXDecode" || filter == "JBIG2Decode" || filter == "FlateDecode"
}

// cutShort says whether an image's stream ends too early: pdfium shows a part of it, or
// nothing. Of other compressions than these it is not known.
func cutShort(filter string, data []byte) bool {
	switch filter {
	case "DCTDecode":
		return cutJPEG(data)
	case "JPXDecode":
		return cutJPEG2000(data)
	case "JBIG2Decode":
		some, whole := regions(data)
		return !some || !whole // without a region pdfium shows white
	case "FlateDecode":
		return cutFlate(data)
	}
	return false
}

// maxUnpacked is how much of a stream is unpacked to find its end.
const maxUnpacked = 512 << 20

// cutFlate unpacks a stream but for its checksum, which files often have wrong.
func cutFlate(data []byte) bool {
	if len(data) < 2 {
		return true
	}
	_, err := io.Copy(io.Discard, io.LimitReader(flate.NewReader(bytes.NewReader(data[2:])), maxUnpacked))
	return err != nil
}

// cutJPEG looks for the end of the image after its last scan. Some writers leave it out,
// so that where there is none the image is decoded.
func cutJPEG(data []byte) bool {
	if bytes.LastIndex(data, []byte{0xff, 0xd9}) > bytes.LastIndex(data, []byte{0xff, 0xda}) {
		return false
	}
	h, err := jpeg.DecodeHeader(data)
	if err == nil && h.Width*h.Height <= maxAgain {
		_, err = jpeg.Decode(context.Background(), data, jpeg.Options{})
	}
	var unsupported jpeg.UnsupportedError
	return err != nil && !errors.As(err, &unsupported) && !errors.Is(err, jpeg.ErrTooLarge)
}

// cutJPEG2000 looks whether the last part of a tile is there (ITU-T T.800, A.4.2): its
// marker cannot occur in the data.
func cutJPEG2000(data []byte) bool {
	at := bytes.LastIndex(data, []byte{0xff, 0x90, 0, 10})
	if at < 0 || at+12 > len(data) {
		return true
	}
	return uint64(binary.BigEndian.Uint32(data[at+6:])) > uint64(len(data)-at)
}
