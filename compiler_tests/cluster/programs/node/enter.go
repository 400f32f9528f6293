package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// order is what one container is to be, handed to the process that becomes it.
type order struct {
	Hostname string
	Scratch  string // an empty folder to mount on
	Mounts   []mount
	Argv     []string
	Env      []string
	Dir      string
	User     *int64
	Group    *int64
}

// mount shows Source, a file or folder of this machine, at Target.
type mount struct {
	Source   string
	Target   string
	ReadOnly bool
}

// enter makes this process the container: it runs in fresh namespaces, arranges the files and becomes the command.
// What goes wrong before that is written to descriptor 3, which closes by itself once the command runs.
func enter(file string) {
	syscall.CloseOnExec(3)
	syscall.Umask(0o022)
	err := func() error {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		var wanted order
		if err := json.Unmarshal(text, &wanted); err != nil {
			return err
		}
		if err := wanted.arrange(); err != nil {
			return err
		}
		return wanted.become()
	}()
	fmt.Fprint(os.NewFile(3, "failure"), err)
	os.Exit(128)
}

func (o *order) arrange() error {
	if err := syscall.Sethostname([]byte(o.Hostname)); err != nil {
		return err
	}
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		return err
	}
	// What the container writes outside its volumes lives in memory and goes with it.
	if err := syscall.Mount("tmpfs", o.Scratch, "tmpfs", 0, "mode=0755"); err != nil {
		return err
	}
	root, upper, work := o.Scratch+"/root", o.Scratch+"/upper", o.Scratch+"/work"
	for _, folder := range []string{root, upper, work} {
		if err := os.Mkdir(folder, 0o755); err != nil {
			return err
		}
	}
	layers := "lowerdir=/,upperdir=" + upper + ",workdir=" + work
	if err := syscall.Mount("overlay", root, "overlay", 0, layers); err != nil {
		return fmt.Errorf("overlay: %w", err)
	}
	for _, folder := range []string{"/dev", "/sys"} {
		if err := syscall.Mount(folder, root+folder, "", syscall.MS_BIND|syscall.MS_REC, ""); err != nil {
			return err
		}
	}
	// An image's temporary and workspace folders are empty, whatever this machine has there.
	for _, folder := range []string{"/tmp", "/workspace", "/dev/shm"} {
		if err := os.MkdirAll(root+folder, 0o777); err != nil {
			return err
		}
		if err := syscall.Mount("tmpfs", root+folder, "tmpfs", 0, "mode=1777"); err != nil {
			return err
		}
	}
	if err := syscall.Mount("proc", root+"/proc", "proc", 0, ""); err != nil {
		return err
	}
	for _, each := range o.Mounts {
		if err := each.bind(root); err != nil {
			return fmt.Errorf("mount %s: %w", each.Target, err)
		}
	}
	return syscall.Chroot(root)
}

func (m *mount) bind(root string) error {
	target := filepath.Join(root, resolved(m.Target))
	info, err := os.Stat(m.Source)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return err
	}
	if info.IsDir() {
		err = os.MkdirAll(target, 0o755)
	} else if _, missing := os.Stat(target); missing != nil {
		err = os.WriteFile(target, nil, 0o666)
	}
	if err != nil {
		return err
	}
	if err := syscall.Mount(m.Source, target, "", syscall.MS_BIND|syscall.MS_REC, ""); err != nil {
		return err
	}
	if m.ReadOnly {
		return syscall.Mount("", target, "", syscall.MS_BIND|syscall.MS_REMOUNT|syscall.MS_RDONLY, "")
	}
	return nil
}

// resolved is the path without the links in it: followed below another root, an absolute one (/var/run) would leave that.
func resolved(path string) string {
	if found, err := filepath.EvalSymlinks(path); err == nil || path == "/" {
		return found
	}
	return filepath.Join(resolved(filepath.Dir(path)), filepath.Base(path))
}

func (o *order) become() error {
	if err := os.MkdirAll(o.Dir, 0o755); err != nil {
		return err
	}
	if err := os.Chdir(o.Dir); err != nil {
		return err
	}
	if o.Group != nil {
		if err := syscall.Setgid(int(*o.Group)); err != nil {
			return err
		}
	}
	if o.User != nil {
		if err := syscall.Setuid(int(*o.User)); err != nil {
			return err
		}
	}
	os.Clearenv()
	for _, pair := range o.Env {
		for at := range pair {
			if pair[at] == '=' {
				os.Setenv(pair[:at], pair[at+1:])
				break
			}
		}
	}
	program, err := exec.LookPath(o.Argv[0])
	if err != nil {
		return err
	}
	return syscall.Exec(program, o.Argv, o.Env)
}
