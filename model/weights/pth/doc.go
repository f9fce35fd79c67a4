// Package pth finds the tensors of a file that torch.save wrote: where the values
// of each lie, in which format, shape and strides. It reads no values itself.
//
// It reads both layouts. Since PyTorch 1.6 a file is a ZIP archive of stored
// members (caffe2/serialize/inline_container.h: NAME/data.pkl, NAME/byteorder,
// NAME/data/KEY for each storage). Before, and with
// _use_new_zipfile_serialization=False, it is a row of pickles with the storages
// behind them (torch/serialization.py: _legacy_save); the VGG files that
// torchvision publishes (vgg19-dcbb9e9d.pth) are of that kind.
//
// The object must be a state_dict, or a dictionary with one inside, as training
// scripts write it. The pickle is read as data (package pickle), with the few names
// that a state_dict is made of. Any other is refused by name, and nothing is
// executed. A whole model (torch.save(model)) is the name of its class and so
// cannot be read.
//
// Every tensor that is returned lies in the file, and no two members of an archive
// share bytes.
package pth
