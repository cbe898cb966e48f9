package arm64

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// instruction is one macro of instructions_arm64.h.
type instruction struct {
	name    string
	operand []string // d, n, m, i or s
}

// use is one use of a macro with numbers for operands.
type use struct {
	instruction
	value []int
}

func (u use) source() string {
	text := make([]string, len(u.value))
	for i, v := range u.value {
		text[i] = strconv.Itoa(v)
	}
	return fmt.Sprintf("%s(%s)", u.name, strings.Join(text, ", "))
}

var macro = regexp.MustCompile(`(?m)^#define (\w+)\(([a-z, ]+)\) WORD`)

func readInstructions(t *testing.T) []instruction {
	t.Helper()
	text, err := os.ReadFile("instructions_arm64.h")
	if err != nil {
		t.Fatal(err)
	}
	var all []instruction
	for _, m := range macro.FindAllStringSubmatch(string(text), -1) {
		all = append(all, instruction{m[1], strings.Split(m[2], ", ")})
	}
	if got, want := len(all), strings.Count(string(text), "#define "); got != want {
		t.Fatalf("understood %d of %d macros", got, want)
	}
	return all
}

// uses picks operands that set every bit of every field at least once.
func (in instruction) uses() []use {
	sets := []map[string]int{
		{"d": 0, "n": 0, "m": 0, "i": 0, "s": 1},
		{"d": 31, "n": 21, "m": 10, "i": 3, "s": 7},
		{"d": 10, "n": 31, "m": 21, "i": 2, "s": 32},
		{"d": 21, "n": 10, "m": 31, "i": 1, "s": 16},
		{"d": 1, "n": 2, "m": 15, "i": 7, "s": 31},
		{"d": 16, "n": 8, "m": 4, "i": 4, "s": 24},
	}
	lanes, registers := 8, 32
	if strings.HasSuffix(in.name, "_LANE") {
		if narrowElement(in.name) {
			registers = 16
		} else {
			lanes = 4
		}
	}
	var all []use
	for _, set := range sets {
		u := use{instruction: in}
		for _, o := range in.operand {
			v := set[o]
			switch o {
			case "m":
				v %= registers
			case "i":
				v %= lanes
			case "s":
				v = (v-1)%bits(in.name) + 1
			}
			u.value = append(u.value, v)
		}
		all = append(all, u)
	}
	return all
}

// bits is the size of the elements that an instruction makes.
func bits(name string) int {
	_, arrangement := split(name)
	return map[byte]int{'b': 8, 'h': 16, 's': 32}[arrangement[len(arrangement)-1]]
}

// narrowElement reports whether a by-element instruction takes elements of 16 bits.
func narrowElement(name string) bool {
	mnemonic, arrangement := split(name)
	switch mnemonic {
	case "fmlal", "fmlal2", "smull", "smull2", "smlal", "smlal2", "umull", "umull2", "umlal":
		return true
	}
	return arrangement == "8h"
}

// split takes SMLAL2_4S_LANE apart into smlal2 and 4s.
func split(name string) (mnemonic, arrangement string) {
	m := regexp.MustCompile(`^([A-Z]+(?:2_)?)(\d+[BHS])$`).FindStringSubmatch(strings.TrimSuffix(name, "_LANE"))
	if m == nil {
		return "", ""
	}
	return strings.ToLower(strings.TrimSuffix(m[1], "_")), strings.ToLower(m[2])
}

// sources gives the arrangements of n and m for instructions whose sources
// differ from the destination.
func sources(mnemonic, d string) (n, m string) {
	narrow := map[string]string{"8h": "8b", "4s": "4h"}[d]
	switch mnemonic {
	case "smull", "smlal", "umull", "umlal", "ssubl", "fcvtl", "sxtl":
		return narrow, narrow
	case "smull2", "smlal2", "umull2", "ssubl2", "fcvtl2", "sxtl2":
		narrow = map[string]string{"8b": "16b", "4h": "8h"}[narrow]
		return narrow, narrow
	case "saddw":
		return d, "4h"
	case "saddw2":
		return d, "8h"
	case "fmlal", "fmlal2":
		return "4h", "4h"
	case "sdot", "udot", "smmla":
		return "16b", "16b"
	case "sadalp", "saddlp":
		wide := map[string]string{"4s": "8h", "8h": "16b"}[d]
		return wide, wide
	case "fcvtn", "sqxtn", "xtn", "shrn", "rshrn":
		wide := map[string]string{"4h": "4s", "8b": "8h"}[d]
		return wide, wide
	case "fcvtn2", "sqxtn2", "xtn2":
		wide := map[string]string{"8h": "4s", "16b": "8h"}[d]
		return wide, wide
	}
	return d, d
}

// disassembly is what GNU objdump must say of u.
func (u use) disassembly(t *testing.T) string {
	if u.name == "LDRQ" {
		text := fmt.Sprintf("ldr q%d, [x%d, x%d]", u.value[0], u.value[1], u.value[2])
		return strings.NewReplacer("[x31", "[sp", " x31", " xzr").Replace(text)
	}
	mnemonic, d := split(u.name)
	if mnemonic == "" {
		t.Fatalf("%s is not named after a mnemonic and an arrangement", u.name)
	}
	n, m := sources(mnemonic, d)
	text := mnemonic
	lane := strings.HasSuffix(u.name, "_LANE")
	for i, o := range u.operand {
		v := u.value[i]
		switch {
		case o == "d":
			text += fmt.Sprintf(" v%d.%s", v, d)
		case o == "n":
			text += fmt.Sprintf(", v%d.%s", v, n)
		case o == "m" && lane:
			element := "s"
			if mnemonic == "sdot" || mnemonic == "udot" {
				element = "4b"
			} else if narrowElement(u.name) {
				element = "h"
			}
			text += fmt.Sprintf(", v%d.%s[%d]", v, element, u.value[i+1])
		case o == "m":
			text += fmt.Sprintf(", v%d.%s", v, m)
		case o == "s":
			text += fmt.Sprintf(", #%d", v)
		}
	}
	return text
}

func TestInstructionsMatchObjdump(t *testing.T) {
	var uses []use
	for _, in := range readInstructions(t) {
		uses = append(uses, in.uses()...)
	}
	got := disassemble(t, assemble(t, uses))
	if len(got) != len(uses) {
		t.Fatalf("objdump shows %d instructions, want %d", len(got), len(uses))
	}
	for i, u := range uses {
		if want := u.disassembly(t); got[i] != want {
			t.Errorf("%s: objdump says %q, want %q", u.source(), got[i], want)
		}
	}
}

// assemble runs Go's assembler over the uses and returns the machine code.
func assemble(t *testing.T, uses []use) []byte {
	t.Helper()
	var source strings.Builder
	source.WriteString("#include \"instructions_arm64.h\"\nTEXT ·f(SB), 4, $0-0\n")
	for _, u := range uses {
		source.WriteString("\t" + u.source() + "\n")
	}
	source.WriteString("\tRET\n")
	folder := t.TempDir()
	file, object := filepath.Join(folder, "f_arm64.s"), filepath.Join(folder, "f.o")
	if err := os.WriteFile(file, []byte(source.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, "go", "tool", "asm", "-p", "f", "-I", ".", "-o", object, file)
	word := regexp.MustCompile(`(?m)^\s+f_arm64\.s:\d+\s+0x[0-9a-f]+\s+([0-9a-f]{8})\s`)
	var code []byte
	for _, m := range word.FindAllStringSubmatch(run(t, "go", "tool", "objdump", object), -1) {
		v, err := strconv.ParseUint(m[1], 16, 32)
		if err != nil {
			t.Fatal(err)
		}
		code = binary.LittleEndian.AppendUint32(code, uint32(v))
	}
	return code[:4*len(uses)]
}

// disassemble returns one line for each instruction, with single spaces.
func disassemble(t *testing.T, code []byte) []string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "code")
	if err := os.WriteFile(file, code, 0o600); err != nil {
		t.Fatal(err)
	}
	text := run(t, "aarch64-linux-gnu-objdump", "-D", "-b", "binary", "-m", "aarch64", file)
	line := regexp.MustCompile(`(?m)^\s+[0-9a-f]+:\t[0-9a-f]{8} \t(.*)$`)
	var lines []string
	for _, m := range line.FindAllStringSubmatch(text, -1) {
		lines = append(lines, strings.Join(strings.Fields(m[1]), " "))
	}
	return lines
}

func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), "GOARCH=arm64", "GOOS=linux")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s(objdump is in Debian's package binutils-aarch64-linux-gnu)", name, err, stderr.String())
	}
	return string(out)
}
