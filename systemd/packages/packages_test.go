//go:build packages

package packages

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const install = "dpkg --install /root/edged.deb"

func TestInstalled(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.packages(t).run(t, install)
		t.Run("files", func(t *testing.T) { testFiles(t, m) })
		t.Run("rules", func(t *testing.T) { testRules(t, m) })
		t.Run("programs", func(t *testing.T) { testPrograms(t, m) })
		t.Run("manual", func(t *testing.T) { testManual(t, m) })
		t.Run("completion", func(t *testing.T) { testCompletion(t, m) })
	})
}

const installed = `root:root 755 /usr/bin/edged
root:edged 640 /etc/edged/edged.toml
root:root 644 /usr/lib/systemd/system/edged.service
root:root 644 /usr/lib/sysusers.d/edged.conf
root:root 644 /usr/lib/tmpfiles.d/edged.conf
root:root 644 /usr/lib/modules-load.d/edged.conf
root:root 644 /usr/lib/udev/rules.d/70-edged.rules
edged:edged 750 /var/lib/edged
edged:edged 2770 /var/lib/edged/models`

func testFiles(t *testing.T, m *machine) {
	var files []string
	for line := range strings.Lines(installed) {
		files = append(files, strings.Fields(line)[2])
	}
	if got := m.run(t, "stat --format '%U:%G %a %n' "+strings.Join(files, " ")); got != installed {
		t.Errorf("got\n%s\nwant\n%s", got, installed)
	}
	if got := m.run(t, "id --groups --name edged | tr ' ' '\\n' | sort | paste -sd ' '"); got != "dialout edged gpio video" {
		t.Errorf("edged is in the groups %s", got)
	}
	if got := m.run(t, "dpkg --audit; dpkg --verify edged"); got != "" {
		t.Errorf("dpkg finds fault: %s", got)
	}
	m.run(t, "readlink -e /etc/systemd/system/multi-user.target.wants/edged.service")
}

// testRules has udev check the rules, where it can (from systemd 254 on).
func testRules(t *testing.T, m *machine) {
	m.run(t, `if udevadm --help | grep -q verify; then udevadm verify /usr/lib/udev/rules.d/70-edged.rules; fi`)
}

func testPrograms(t *testing.T, m *machine) {
	if got, want := m.run(t, "edged version"), "edged "+version(t)+" "; !strings.HasPrefix(got, want) {
		t.Errorf("edged version says %q, want %q", got, want)
	}
	m.run(t, "edged config /etc/edged/edged.toml")
	if got := m.run(t, "grep -E '^[a-z]' /etc/edged/edged.toml"); got != `mode = "changes"` {
		t.Errorf("the configuration sets\n%s", got)
	}
	if got := m.run(t, `cp -r /usr/share/edged/digits /var/lib/edged/models/first
		setpriv --reuid=edged --regid=edged --init-groups edged models verify first`); !strings.Contains(got, "first") {
		t.Errorf("edged models verify, as the user edged, says %q", got)
	}
}

func testManual(t *testing.T, m *machine) {
	pages := m.run(t, "dpkg --listfiles edged | grep /man/man | grep gz")
	if count := len(strings.Fields(pages)); count < 30 {
		t.Errorf("%d manual pages:\n%s", count, pages)
	}
	// With warnings man tells what a page has wrong on standard error.
	if got := m.run(t, "MANWIDTH=100 man --warnings "+strings.ReplaceAll(pages, "\n", " ")+" 2>&1 >/dev/null"); got != "" {
		t.Errorf("man complains:\n%s", got)
	}
	for page, line := range map[string]string{"edged-fit": "--head-only", "edged": "edged-run(1)", "5 edged.toml": "max_per_label = 1000"} {
		if got := m.run(t, "man "+page+" | cat"); !strings.Contains(got, line) {
			t.Errorf("man %s lacks %q:\n%s", page, line, got)
		}
	}
}

func testCompletion(t *testing.T, m *machine) {
	const complete = `. /usr/share/bash-completion/bash_completion
set +eu
if type _comp_load >/dev/null 2>&1; then _comp_load edged; else _completion_loader edged; fi
compopt() { :; } # bash allows it in completion proper only
COMP_WORDS=(edged models ro) COMP_CWORD=2 COMP_LINE="edged models ro" COMP_POINT=15
$(complete -p edged | sed -E 's/.*-F ([^ ]+).*/\1/') edged ro models
echo "${COMPREPLY[*]}"`
	if got := m.run(t, complete); got != "rollback" {
		t.Errorf("`edged models ro` is completed to %q", got)
	}
}

// newer makes of edged.deb one of a later version, whose configuration has one
// more line: /root/newer.deb.
const newer = `dpkg-deb --raw-extract /root/edged.deb /tmp/newer
sed -i 's/^Version: .*/&+newer/' /tmp/newer/DEBIAN/control
echo '# A line of the new version.' >>/tmp/newer/etc/edged/edged.toml
(cd /tmp/newer && find . -type f ! -path './DEBIAN/*' -printf '%P\0' | xargs -0 md5sum >DEBIAN/md5sums)
dpkg-deb -Znone --build /tmp/newer /root/newer.deb
`

func TestUpgradeKeepsWhatIsTheUsers(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.packages(t).run(t, install+"; "+newer+`
			echo model >/var/lib/edged/models/mine
			mkdir /var/lib/edged/captures && echo picture >/var/lib/edged/captures/one.jpg
			chown -R edged:edged /var/lib/edged
			sed -i 's/^# log = .*/log = "debug"/' /etc/edged/edged.toml
			chmod 0600 /etc/edged/edged.toml
			dpkg --force-confdef --force-confold --install /root/newer.deb
			grep -q '^log = "debug"' /etc/edged/edged.toml
			[ "$(stat --format %a /etc/edged/edged.toml)" = 600 ]
			[ -e /etc/edged/edged.toml.dpkg-dist ]
			[ "$(cat /var/lib/edged/models/mine /var/lib/edged/captures/one.jpg | paste -sd ' ')" = 'model picture' ]
			[ "$(stat --format '%U %a' /var/lib/edged/models)" = 'edged 2770' ]`)
	})
}

func TestUpgradeRenewsWhatNobodyChanged(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.packages(t).run(t, install+"; "+newer+`
			rm /etc/systemd/system/multi-user.target.wants/edged.service
			dpkg --install /root/newer.deb
			grep -q 'A line of the new version' /etc/edged/edged.toml
			[ "$(stat --format '%U:%G %a' /etc/edged/edged.toml)" = 'root:edged 640' ]
			# What was disabled stays so.
			[ ! -e /etc/systemd/system/multi-user.target.wants/edged.service ]`)
	})
}

func TestRemoveKeepsDataAndPurgeRemovesIt(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.packages(t).run(t, install+`
			echo model >/var/lib/edged/models/mine
			mkdir /srv/captures && echo picture >/srv/captures/one.jpg
			dpkg --remove edged
			[ ! -e /usr/bin/edged ] && [ ! -e /usr/lib/systemd/system/edged.service ]
			[ -e /etc/edged/edged.toml ] && [ -e /var/lib/edged/models/mine ]
			dpkg --install /root/edged.deb
			[ "$(cat /var/lib/edged/models/mine)" = model ]
			dpkg --purge edged
			[ ! -e /etc/edged ] && [ ! -e /var/lib/edged ] && [ -e /srv/captures/one.jpg ]
			[ ! -L /etc/systemd/system/multi-user.target.wants/edged.service ]
			[ -z "$(find /var/lib/systemd/deb-systemd-helper-enabled -name 'edged*')" ]
			id edged`)
		if got, err := m.try(t, "dpkg --status edged"); err == nil {
			t.Errorf("after purge dpkg knows\n%s", got)
		}
	})
}

// TestServiceIsStartedRestartedAndStopped looks at what the packages ask of
// systemd; the board's test sees systemd do it.
func TestServiceIsStartedRestartedAndStopped(t *testing.T) {
	const systemctl = "#!/bin/sh\necho \"$*\" >>/root/asked\ncase \"$*\" in *is-enabled*) echo enabled;; esac\n"
	onEach(t, func(t *testing.T, m *machine) {
		m.packages(t).write(t, "usr/local/bin/systemctl", []byte(systemctl), 0o755)
		m.run(t, "mkdir -p /run/systemd/system; "+newer)
		for _, step := range []struct{ command, want, not string }{
			{install, "start edged.service", "restart edged.service"},
			{"dpkg --force-depends --install /root/edged-camera.deb", "restart edged.service", "stop edged.service"},
			{"dpkg --install /root/newer.deb", "restart edged.service", "stop edged.service"},
			{"dpkg --remove edged", "stop edged.service", "start edged.service"},
		} {
			asked := m.run(t, "mkdir -p /run/systemd/system; : >/root/asked; "+step.command+" >/dev/null 2>&1; cat /root/asked")
			if !asks(asked, step.want) || asks(asked, step.not) {
				t.Errorf("%s: systemd was asked for\n%s\nwant %q and not %q", step.command, asked, step.want, step.not)
			}
		}
	})
}

// asks tells whether a line ends in these words.
func asks(lines, words string) bool {
	for line := range strings.Lines(lines) {
		if line = strings.TrimSpace(line); line == words || strings.HasSuffix(line, " "+words) {
			return true
		}
	}
	return false
}

func TestDependenciesAreInTheRelease(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		got := m.packages(t).run(t, "apt-get install --simulate --no-install-recommends /root/edged.deb /root/edged-camera.deb")
		for _, want := range []string{"Inst edged ", "Inst edged-camera ", "Inst libopencv-videoio4"} {
			if !strings.Contains(got, want) {
				t.Errorf("apt-get would not do %q:\n%s", want, got)
			}
		}
		for suite, release := range suites {
			if suite == m.suite {
				continue
			}
			m.add(t, "root/other.deb", debFile(t, "edged-camera", release))
			m.fails(t, "apt-get install --simulate /root/other.deb")
		}
	})
}

func TestCameraPackage(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.packages(t).run(t, `dpkg --force-depends --install /root/edged-camera.deb
			[ "$(stat --format '%U:%G %a' /usr/bin/edged-camera)" = 'root:root 755' ]
			man edged-camera | grep -q libcamerasrc
			dpkg --purge edged-camera
			[ ! -e /usr/bin/edged-camera ]`)
	})
}

// TestCameraProgramRuns starts what the packages hold with each release's OpenCV.
func TestCameraProgramRuns(t *testing.T) {
	here := output(t, "dpkg", "--print-architecture")
	for _, test := range []struct{ environment, architecture, suite, opencv string }{
		{"native", here, "bookworm", "OpenCV 4.6"},
		{"trixie", here, "trixie", "OpenCV 4.10"},
		{"arm64-run", "arm64", "bookworm", "OpenCV 4.6"},
	} {
		program := built(t, "deb/stage/edged-camera."+test.architecture+"."+test.suite+"/usr/bin/edged-camera")
		got := output(t, "../../capture/opencv/build/"+test.environment, program, "--version")
		if want := "edged-camera " + version(t) + suites[test.suite] + ", "; !strings.HasPrefix(got, want) || !strings.Contains(got, test.opencv) {
			t.Errorf("%s on %s says %q, want %q and %s", test.suite, test.architecture, got, want, test.opencv)
		}
	}
}

func TestLintian(t *testing.T) {
	all, err := filepath.Glob(filepath.Join(built(t, "deb"), "*_"+version(t)+"*.deb"))
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 5 {
		t.Errorf("%d packages, want two of edged and three of edged-camera or more: %q", len(all), all)
	}
	// The architectures' packages differ in the programs only, and there is no
	// address of the project that a machine could check.
	files := slices.DeleteFunc(all, func(file string) bool { return strings.Contains(file, "_arm64") })
	arguments := []string{
		"--fail-on", "error,warning", "--tag-display-limit", "0",
		"--suppress-tags", "bogus-mail-host,bogus-mail-host-in-debian-changelog,root-in-contact",
	}
	if os.Getuid() == 0 {
		arguments = append(arguments, "--allow-root")
	}
	if got := output(t, "lintian", append(arguments, files...)...); got != "" {
		t.Errorf("%s", got)
	}
}
