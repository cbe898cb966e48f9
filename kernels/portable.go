package kernels

// Portable returns the table in plain Go, which runs everywhere, has every
// kernel, and is what the others are compared with.
func Portable() *Table {
	return &Table{
		Name: "portable",
	}
}
