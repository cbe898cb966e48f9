package capture

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestCodes(t *testing.T) {
	codes := Codes{
		Labels:  map[string]string{"4006381333931": "M4-screw"},
		Pattern: regexp.MustCompile(`P/N (\w+)|\d{3}`),
		Expand:  "part $1",
	}
	for code, want := range map[string]string{
		"4006381333931": "M4-screw", "P/N x7": "part x7", "123": "part ", "1234": "", "a 123": "", "": "",
	} {
		o, err := ParseOrder(code, codes)
		if (err == nil) != (want != "") || err == nil && (o.Label != want || o.Kind != OrderLabel) {
			t.Errorf("%q: %+v, %v, want %q", code, o, err, want)
		}
	}
	if o, err := ParseOrder("whatever", Codes{Pattern: regexp.MustCompile(".*")}); err != nil || o.Label != "whatever" {
		t.Errorf("%+v, %v", o, err)
	}
}

func FuzzLines(f *testing.F) {
	f.Add([]byte("label:nut\nundo\r\n4006381333931\r"), 3)
	f.Add([]byte("\xff\x00\nlabel:"+strings.Repeat("é", 200)+"\n fit \n"), 100)
	codes := Codes{Pattern: regexp.MustCompile(`[0-9]+`)}
	f.Fuzz(func(t *testing.T, data []byte, at int) {
		at = max(0, min(at, len(data)))
		var parts, whole []string
		take := func(into *[]string) func(string, error) {
			return func(text string, err error) {
				if err == nil {
					var o Order
					if o, err = ParseOrder(text, codes); err == nil {
						if !utf8.ValidString(o.Label) || strings.ContainsAny(o.Label, "\n\r\x00") || len(o.Label) > maxLine {
							t.Errorf("%q gives the label %q", text, o.Label)
						}
						*into = append(*into, string(o.Kind)+o.Label)
						return
					}
				}
				*into = append(*into, err.Error())
			}
		}
		var a, b lines
		a.feed(data, take(&whole))
		b.feed(data[:at], take(&parts))
		b.feed(data[at:], take(&parts))
		if strings.Join(whole, "\n") != strings.Join(parts, "\n") {
			t.Errorf("got %q in two parts and %q in one", parts, whole)
		}
	})
}
