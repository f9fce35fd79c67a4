package kernels

// The kernels' last parameters, laid out as in common.cuh: a launch takes a pointer to one.
// Device addresses are uint64. An activation or weight is P numbers of 16 bits in P arrays,
// planes, whose distance in elements is a parameter: P = 1, bf16, the value; P = 2, fp16,
// whose sum is the value times a power of two.
type (
	// Conv is a convolution of side 3, pad 1, or with side 1, pad 0 a dense layer (H = W = 1).
	Conv struct {
		In      uint64 // (P)(n, H, W, C)
		Weights uint64 // (P)(Outputs, Side·Side·C), column tap·C + c
		Bias    uint64 // (Outputs) float32
		Out     uint64 // (P)(n, H', W', Outputs), or with OutFloat (n, H, W, Outputs) float32
		// Multiples of 8, as are the arrays' addresses divided by 2.
		InPlane, WeightsPlane, OutPlane uint64
		N, H, W, C                      int32 // of the input; C is a multiple of 64
		Outputs                         int32 // a multiple of BN; what the layer has no outputs for is zero
		Side, Pad                       int32
		// A tile's pixels: BoxW·BoxH·BoxN ≤ BM, BoxW and BoxH even if pooled. BoxN images of
		// the input are less than 4 GB a plane.
		BoxW, BoxH, BoxN int32
		ReLU             int32   // 0 or 1
		OutFloat         int32   // 0 or 1; never with a pool
		Descale          float32 // what sums of products are to be multiplied with: undoes both powers of two
		Scale            float32 // P = 2: the power of two of the output
	}

	// First is the first convolution, from bytes.
	First struct {
		Pixels   uint64 // (n, 224, 224, 3) uint8, RGB
		Weights  uint64 // packFirst's, of P + 1 terms
		Bias     uint64 // (64) float32
		Out      uint64 // (P)(n, 224, 224, 64)
		OutPlane uint64
		N        int32
		Scale    float32 // P = 2: the power of two of the output
	}

	// Flat makes float32 of activations.
	Flat struct {
		In, InPlane uint64 // (P)(count)
		Out         uint64 // (count) float32
		Count       uint64
		Scale       float32 // what sums of planes are to be multiplied with
	}

	// Reduce makes means or maxima of maps.
	Reduce struct {
		In, InPlane  uint64  // (P)(n, pixels, C)
		Out          uint64  // (n, C) float32
		N, Pixels, C int32   // C is a multiple of 64
		Scale        float32 // as of Flat
	}

	// Softmax makes probabilities of logits.
	Softmax struct {
		Logits             uint64 // (n, stride) float32
		Out                uint64 // (n, classes) float32
		N, Classes, Stride int32
	}

	// Peak keeps the tensor cores busy.
	Peak struct {
		Sink   uint64 // (1) float32, never written
		Rounds int32
	}
)
