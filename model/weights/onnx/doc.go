// Package onnx finds the trained values of a network like VGG19 in an ONNX model:
// one Layer for each convolution and dense layer, in the order in which an image
// goes through them, with where its values lie in the file. It reads no values
// itself.
//
// Names of tensors mean nothing: exporters number and rename them. What counts is
// the graph (https://onnx.ai/onnx/repo-docs/IR.md), which must be one chain of Conv
// and Gemm or MatMul + Add, with the activations, poolings and changes of shape
// between them that VGG19 has. Operators on the side that compute shapes are passed
// over. BatchNormalization, branches and other operators are refused by name.
//
// The file is read as protocol buffer fields (https://protobuf.dev/programming-guides/encoding/)
// without its tensors' bytes. The number of fields and the lengths of names are
// limited, and every tensor that is returned lies in the file.
package onnx
