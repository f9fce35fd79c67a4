// Package weights opens VGG19's trained values, whatever form they are published
// in, in the one canonical layout of model.Weights.
//
// A source is "random:SEED" or a file, and a file's format is recognised by its content:
//
//   - safetensors, with Keras's tensor names or torchvision's;
//   - what torch.save writes of a state_dict (.pth), today's layout and the one before
//     PyTorch 1.6, read as data: nothing in it is executed;
//   - ONNX models of exporters for PyTorch and TensorFlow, whose layers are found along
//     the graph, since exporters name tensors as they like;
//   - TensorFlow.js's layers models: a model.json and its shards, quantised or not;
//   - HDF5 as Keras of any age writes it: vgg19_weights_tf_dim_ordering_tf_kernels.h5,
//     whole models, and the .weights.h5 of Keras 3.
//
// The two vocabularies differ in more than names. Keras stores kernels as
// (height, width, in, out) and (in, out), flattens pool5 as HWC and takes BGR with
// the mean subtracted. torchvision stores (out, in, height, width) and (out, in),
// flattens pool5 as CHW and takes normalised RGB. A file with torchvision's names
// is therefore transposed, the inputs of fc1 are reordered, and model.Torch is its
// colour arithmetic. Values are never mixed: a file must be VGG19 in one vocabulary.
package weights
