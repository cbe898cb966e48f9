package storage

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// story plays arrivals and orders on a choice. Words: "+a1" content 1 of a
// arrives (and serves if policy says so), "-a" is removed, "use a", "rollback",
// "unpin". It returns what serves after each word.
func story(t *testing.T, c *choice, words ...string) []string {
	t.Helper()
	there := map[string]string{}
	for _, a := range c.Arrivals {
		there[a.Name] = a.Content
	}
	good := func(id identity) bool { return id.Content != "" && there[id.Name] == id.Content }
	var serving []string
	var number int64 // of the arrival that serves
	for _, word := range words {
		order, name, _ := strings.Cut(word, " ")
		switch {
		case order == "use":
			c.pin(identity{name, there[name]})
		case order == "rollback":
			if a := c.previous(good); a != nil {
				c.rollback(a.identity)
			}
		case order == "unpin":
			c.Pinned = ""
			if a := c.newest(0, good); a != nil {
				c.serve(a.identity)
			}
		case word[0] == '-':
			delete(there, word[1:])
			c.forget(word[1:])
		default:
			id := identity{word[1:2], word[2:]}
			there[id.Name] = id.Content
			c.Sequence++
			c.arrive(id, c.Sequence, time.Time{})
			if a := c.wanted(c.last(), number, good); a != nil {
				c.serve(a.identity)
			}
		}
		if a := c.arrival(c.last().Name); a != nil && a.identity == c.last() {
			number = a.Sequence
		}
		if err := c.check(); err != nil {
			t.Fatalf("after %q the choice can't be read back: %v", word, err)
		}
		serving = append(serving, c.last().Name+c.last().Content)
	}
	return serving
}

func TestPolicy(t *testing.T) {
	for _, test := range []struct{ name, words, want string }{
		{"the newest arrival serves", "+a1,+b1,+c1", "a1,b1,c1"},
		{"the same content again is no arrival", "+a1,+b1,+a1", "a1,b1,b1"},
		{"new content of an old name is one", "+a1,+b1,+a2", "a1,b1,a2"},
		{"a removed name that comes back is one", "+a1,+b1,-a,+a1", "a1,b1,b1,a1"},
		{"a pin holds against arrivals", "+a1,+b1,use a,+c1", "a1,b1,a1,a1"},
		{"a pinned name takes new content", "+a1,+b1,use a,+a2", "a1,b1,a1,a2"},
		{"unpin goes to the newest", "+a1,use a,+b1,+c1,unpin", "a1,a1,a1,a1,c1"},
		{"rollback goes back", "+a1,+b1,rollback", "a1,b1,a1"},
		{"rollback twice goes further back", "+a1,+b1,+c1,rollback,rollback", "a1,b1,c1,b1,a1"},
		{"rollback without an earlier version stays", "+a1,rollback", "a1,a1"},
		{"rollback past a removed version", "+a1,+b1,+c1,-b,rollback", "a1,b1,c1,c1,a1"},
		{"rollback past overwritten content", "+a1,+b1,+b2,rollback", "a1,b1,b2,a1"},
		{"an arrival takes over from a rollback", "+a1,+b1,rollback,+c1", "a1,b1,a1,c1"},
		{"a withdrawn version stays away", "+a1,+b1,rollback,+b1", "a1,b1,a1,a1"},
		{"unpin does not take a withdrawn one", "+a1,+b1,rollback,use a,unpin", "a1,b1,a1,a1,a1"},
		{"a person takes a withdrawn one", "+a1,+b1,rollback,use b,unpin", "a1,b1,a1,b1,b1"},
		{"rollback from a pin lifts it", "+a1,+b1,use a,rollback,+c1", "a1,b1,a1,b1,c1"},
		{"rollback goes behind what never served", "+a1,use a,+b1,+c1,unpin,rollback,unpin", "a1,a1,a1,a1,c1,a1,a1"},
		{"rollback to what was there at first", "+a1,+b1,+c1,-c,rollback", "a1,b1,c1,c1,b1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := &choice{Format: choiceFormat}
			got := strings.Join(story(t, c, strings.Split(test.words, ",")...), ",")
			if got != test.want {
				t.Errorf("%s\n got %s\nwant %s", test.words, got, test.want)
			}
		})
	}
}

func TestChoiceSurvivesARestart(t *testing.T) {
	folder := t.TempDir()
	c := &choice{Format: choiceFormat}
	story(t, c, "+a1", "+b1", "+c1", "rollback", "use a")
	c.begin(identity{"d", "1"})
	if err := c.write(folder); err != nil {
		t.Fatal(err)
	}
	got, err := readChoice(folder)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(c, got, cmp.AllowUnexported(choice{}, arrival{}, attempt{})); diff != "" {
		t.Error(diff)
	}
	if list, _ := os.ReadDir(folder); len(list) != 1 {
		t.Errorf("more than the file itself was left: %v", list)
	}
}

func TestChoiceIsBounded(t *testing.T) {
	c := &choice{Format: choiceFormat}
	for i := range maxArrivals + 100 {
		name := "v" + strings.Repeat("x", i%7) + time.Duration(i).String()
		c.Sequence++
		c.arrive(identity{name, "1"}, c.Sequence, time.Time{})
		c.serve(identity{name, "1"})
	}
	if len(c.Arrivals) != maxArrivals || len(c.Served) != maxServed {
		t.Errorf("got %d arrivals and %d served", len(c.Arrivals), len(c.Served))
	}
	if err := c.check(); err != nil {
		t.Error(err)
	}
}

func TestDamagedChoice(t *testing.T) {
	for _, test := range []struct{ name, content, want string }{
		{"empty", "", "damaged"},
		{"cut", `{"format":1,"sequence":3,"arri`, "damaged"},
		{"zeros", strings.Repeat("\x00", 4096), "damaged"},
		{"another format", `{"format":7}`, "format 7"},
		{"path as name", `{"format":1,"sequence":1,"arrivals":[{"name":"../x","content":"1","sequence":1}]}`, "makes no sense"},
		{"same name twice", `{"format":1,"sequence":2,"arrivals":[{"name":"a","sequence":1},{"name":"a","sequence":2}]}`, "makes no sense"},
		{"sequence beyond the last", `{"format":1,"sequence":1,"arrivals":[{"name":"a","sequence":9}]}`, "makes no sense"},
		{"a count that can't go on", `{"format":1,"sequence":9223372036854775807}`, "count of arrivals"},
		{"pinned to a path", `{"format":1,"pinned":"a/b"}`, "names no model"},
		{"too long", `{"format":1}` + strings.Repeat(" ", maxChoice), "longer than"},
	} {
		t.Run(test.name, func(t *testing.T) {
			folder := t.TempDir()
			if err := os.WriteFile(filepath.Join(folder, choiceFile), []byte(test.content), 0o644); err != nil {
				t.Fatal(err)
			}
			c, err := readChoice(folder)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q in it", err, test.want)
			}
			if c == nil || c.check() != nil {
				t.Error("there is no fresh choice to go on with")
			}
		})
	}
}

func FuzzChoice(f *testing.F) {
	f.Add([]byte(`{"format":1,"sequence":2,"arrivals":[{"name":"a","content":"1","sequence":1,"time":"2026-11-23T10:15:00Z"},{"name":"b","content":"2","sequence":2,"time":"2026-11-23T10:15:00Z","withdrawn":true}],"pinned":"a","served":[{"name":"a","content":"1"}],"trying":[{"name":"b","content":"2","count":3}]}`))
	f.Add([]byte(`{"format":1,"sequence":-1}`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := parseChoice(data)
		if err != nil {
			return
		}
		all := func(identity) bool { return true }
		if a := c.newest(0, all); a != nil {
			c.serve(a.identity)
		}
		if a := c.previous(all); a != nil {
			c.rollback(a.identity)
		}
		if err := c.check(); err != nil {
			t.Errorf("after a rollback it can't be read back: %v", err)
		}
	})
}
