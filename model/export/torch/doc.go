// Package torch writes a head as a state dictionary of PyTorch, in a safetensors
// file: plain layers, which load_state_dict takes and training can go on from.
//
// PyTorch keeps a layer's weight as (out, in), and a flattened map with its
// channels first. The standardisation of a head joins the layer after it:
//
//	(x − mean)·scale·W + b = x·(scale·W) + (b − (mean·scale)·W)
//
// A head alone has the names of an nn.Sequential of Linear and ReLU in turn:
// 0.weight, 0.bias, 2.weight and so on. Behind the trunk the names are those of
// torchvision's VGG19: features.0 … features.34, and classifier.0, .3, .6 for all
// dense layers, the trunk's and the head's.
package torch
