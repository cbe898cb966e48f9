package kernels

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// CoresFolder is where Linux tells about its cores.
const CoresFolder = "/sys/devices/system/cpu"

// NewWorkersOnBigCores returns n workers on this machine's big cores, or one for
// each of them if n is less than 1.
func NewWorkersOnBigCores(n int) (*Workers, error) {
	cores, err := BigCores(CoresFolder)
	if err != nil {
		return nil, err
	}
	return NewWorkersOn(n, cores)
}

// BigCores returns the numbers of the fast cores of a CPU whose cores differ, as
// ARM's big.LITTLE, from a folder as CoresFolder: those with more than two thirds
// of the greatest capacity, or, where no capacity is told, with more than nine
// tenths of the greatest frequency. Cores that tell neither count as alike.
// Cores that are offline are left out.
func BigCores(folder string) ([]int, error) {
	paths, err := filepath.Glob(filepath.Join(folder, "cpu[0-9]*"))
	if err != nil {
		return nil, err
	}
	var online []int
	for _, path := range paths {
		core, err := strconv.Atoi(strings.TrimPrefix(filepath.Base(path), "cpu"))
		if err != nil {
			continue
		}
		if v, ok := readCount(filepath.Join(path, "online")); !ok || v == 1 {
			online = append(online, core)
		}
	}
	if len(online) == 0 {
		return nil, fmt.Errorf("%s names no cores: leave out the choice of big cores", folder)
	}
	if big := above(folder, online, "cpu_capacity", 2, 3); big != nil {
		return big, nil
	}
	if big := above(folder, online, "cpufreq/cpuinfo_max_freq", 9, 10); big != nil {
		return big, nil
	}
	return online, nil
}

// above returns the cores whose file holds more than part/whole of the greatest,
// or nil if a core has none.
func above(folder string, cores []int, file string, part, whole int) []int {
	values, greatest := make([]int, len(cores)), 0
	for i, core := range cores {
		v, ok := readCount(filepath.Join(folder, fmt.Sprintf("cpu%d", core), file))
		if !ok {
			return nil
		}
		values[i], greatest = v, max(greatest, v)
	}
	var big []int
	for i, core := range cores {
		if values[i]*whole > greatest*part {
			big = append(big, core)
		}
	}
	return big
}

// readCount reads a file with one number.
func readCount(path string) (int, bool) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, false
	}
	v, err := strconv.Atoi(strings.TrimSpace(string(text)))
	return v, err == nil && v >= 0
}
