// Package pickle reads Python pickles as data. It executes nothing: a pickle is a
// program for a small stack machine whose instructions may name any Python
// function and call it, which is why `pickle.load` of a stranger's file runs the
// stranger's code. Here a name that the caller does not allow is an error, and a
// call of one that is allowed becomes a Call, for the caller to look at.
//
// The instructions are those of protocol 2, in which PyTorch writes, and the
// later ones that the same objects come in (Lib/pickletools.py of CPython
// describes them all). The file, the number of instructions, the depth of the
// stack and the length of a string are limited, so that memory is too.
package pickle
