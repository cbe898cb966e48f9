package picture

import "edged/nn"

// The grid that Hash compares neighbours in.
const (
	hashRows    = 8
	hashColumns = 9
)

// Hash is a picture's difference hash: shrunk to 9x8 mean brightnesses, one bit
// for each cell that is darker than the one to its right. Pictures that look the
// same have hashes of few differing bits, whatever their size, sharpness or
// exposure (Krawetz, "Kind of Like That", 2013).
func Hash(m nn.Image) uint64 {
	var cells [hashRows][hashColumns]int
	for row := range hashRows {
		for column := range hashColumns {
			cells[row][column] = brightness(m, row, column)
		}
	}
	var hash uint64
	for row := range hashRows {
		for column := range hashColumns - 1 {
			hash <<= 1
			if cells[row][column] < cells[row][column+1] {
				hash |= 1
			}
		}
	}
	return hash
}

// brightness is 256 times the mean of ITU-R 601 luma in a cell.
func brightness(m nn.Image, row, column int) int {
	top, bottom := row*m.Height/hashRows, max(row*m.Height/hashRows+1, (row+1)*m.Height/hashRows)
	left, right := column*m.Width/hashColumns, max(column*m.Width/hashColumns+1, (column+1)*m.Width/hashColumns)
	sum := 0
	for y := top; y < bottom; y++ {
		for p := m.Pixels[(y*m.Width+left)*3 : (y*m.Width+right)*3]; len(p) >= 3; p = p[3:] {
			sum += 77*int(p[0]) + 150*int(p[1]) + 29*int(p[2])
		}
	}
	return sum / ((bottom - top) * (right - left))
}
