// Package hdf5 finds the arrays of floating-point numbers in an HDF5 file, as
// Keras writes its weights: where the bytes of each lie, in which format and
// shape. It reads no values itself.
//
// It follows the HDF5 File Format Specification, version 3.0
// (https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html), whose
// sections the comments name. It reads superblocks 0 to 3, groups as symbol tables
// and as compact links, object headers 1 and 2, and contiguous and compact
// layouts. Anything else is named: a chunked or compressed dataset is
// listed with the reason why it cannot be read, and a group with its links in dense
// form (a fractal heap), which Keras's files do not have, is an error.
//
// A file is not trusted. Every address is checked before it is read, the bytes of
// metadata, the objects and the nesting are limited, and nothing is followed
// twice, so that a hostile file costs little and ends in an error.
package hdf5
