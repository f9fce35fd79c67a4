// Package onnx writes a head, alone or behind the trunk that feeds it, as an ONNX
// model: one file that ONNX Runtime and other programs compute without this one.
//
// The model stands in the protocol buffers of onnx.proto
// (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto), operator set 17, IR
// version 8: what ONNX 1.12 of June 2022 and everything since reads. Its
// operators are standard ones.
//
// A protocol buffer states the length of a message before the message. All
// lengths are therefore known before the first byte, and the weights go from
// where they lie to the file, a piece at a time.
package onnx
