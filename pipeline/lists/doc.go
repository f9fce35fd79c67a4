// Package lists reads lists of documents: corpus manifests, labels and paths. What a
// list is written in is recognised by its content:
//
//	CSV       separated by commas, semicolons or tabs; the first line names the columns
//	JSON      one object a line (JSON lines), or an array of objects
//	Parquet   columns of strings, whole numbers or truth values
//	paths     one a line, or separated by NUL (find -print0)
//
// each of them packed with gzip or not. Rows go to their receiver one by one, so that
// a list of millions takes the memory of what is kept of it. What cannot be read for
// certain is refused with the line and a remedy, and never guessed: text that is not
// UTF-8, paths of Windows, columns under other names.
package lists
