// Package folder reads the files of a model's directory that a stranger may
// have made: regular files only, none outside the directory, none larger than
// the reader allows. Its errors tell what is missing, because a copy may be
// under way, from what is wrong.
package folder
