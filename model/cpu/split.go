package cpu

import "cutpoint/model/cpu/kernel"

// On AMX Winograd's products are those of three bfloat16 numbers for each float32, of which
// six of nine products matter; what is around them is float32.

// splitProduct is some of a block's tiles times all panels, but for the place.
type splitProduct struct {
	kernel.TileProduct
	perPanel int // blocks
}

// cutProducts prepares what all places have in common.
func (w *winograd) cutProducts() {
	for _, cut := range kernel.CutRows(w.n) {
		p := splitProduct{perPanel: cut.Blocks}
		p.Upper, p.Lower, p.SrcLower = cut.Upper, cut.Lower, cut.Upper*w.inputStride
		p.SrcStride, p.DstStride = w.inputStride, w.outputStride
		p.Init, p.Steps = noBias[:], w.layer.steps
		for j := range w.panels() {
			for _, b := range matrixBlocks(cut, w.inputStride, w.outputStride, 0) {
				b.Dst, b.Panel = b.Dst+j*kernel.TileWidth, j*w.placePanel()
				p.Blocks = append(p.Blocks, b)
			}
		}
		w.products = append(w.products, p)
	}
}

// placePanel is how many pairs of weights a place has for the outputs of a panel.
func (w *winograd) placePanel() int {
	return len(w.layer.pairs) / kernel.WinogradPlaces / w.panels()
}

// multiplySplit is multiply.
func (w *winograd) multiplySplit(place, from, to int) {
	for _, cut := range w.products {
		p := cut.TileProduct
		p.Dst, p.Src = w.outputs[place*w.n*w.outputStride:], w.pairs[place*w.n*w.inputStride:]
		p.Panel = w.layer.pairs[place*w.panels()*w.placePanel():]
		p.Blocks = p.Blocks[from*cut.perPanel : to*cut.perPanel]
		w.engine.precision.tiles.Multiply(&p)
	}
}

// transformSplit is transform by way of a float32 tile, for which there is room where the
// outputs will be: no layer has more inputs than outputs. If other threads transform at the same time, each has a place of its own.
func (w *winograd) transformSplit(i int, t *kernel.WinogradTile) {
	stride := pixelStride(t.Channels)
	at := 0
	if w.threads > 1 {
		at = i * kernel.WinogradPlaces * stride
	}
	t.Places, t.PlaceStride = w.outputs[at:][:kernel.WinogradPlaces*stride], stride
	w.engine.kernel.ToWinograd(t)
	w.engine.precision.tiles.Split(&kernel.SplitRows{
		Dst: w.pairs[i*w.inputStride:], DstStride: w.n * w.inputStride,
		Src: t.Places, SrcStride: stride, Rows: kernel.WinogradPlaces, Length: t.Channels,
	})
}
