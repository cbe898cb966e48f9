//go:build !linux

package storage

import "io/fs"

func inode(fs.FileInfo) string { return "" }

func changeTime(fs.FileInfo) string { return "" }

func remote(string) bool { return false }
