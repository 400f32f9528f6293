package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Images below these names stand for cases no pull can be made to show.
const (
	missingImages = "missing.invalid/"
	emptyImage    = "flowdsl.test/nop" // holds no programs: Tekton stops a sidecar by giving it this image
)

// container is one container of a pod. The worker's loop starts it; its own goroutine sees it end.
type container struct {
	worker *worker
	spec   corev1.Container

	lock     sync.Mutex
	state    corev1.ContainerState
	image    string
	process  *os.Process
	stopping bool
	restarts int32
}

func newContainer(w *worker, spec corev1.Container) *container {
	made := &container{worker: w, spec: spec, image: spec.Image}
	made.state.Waiting = &corev1.ContainerStateWaiting{Reason: "ContainerCreating"}
	return made
}

func (c *container) dir() string { return filepath.Join(c.worker.dir, "containers", c.spec.Name) }

func (c *container) snapshot() (corev1.ContainerState, string, int32) {
	c.lock.Lock()
	defer c.lock.Unlock()
	return *c.state.DeepCopy(), c.image, c.restarts
}

func (c *container) waiting() bool { state, _, _ := c.snapshot(); return state.Waiting != nil }
func (c *container) alive() bool   { state, _, _ := c.snapshot(); return state.Running != nil }
func (c *container) over() bool    { state, _, _ := c.snapshot(); return state.Terminated != nil }
func (c *container) succeeded() bool {
	state, _, _ := c.snapshot()
	return state.Terminated != nil && state.Terminated.ExitCode == 0
}

// start runs the command. It says whether to try again later, as for a secret that isn't there.
func (c *container) start(ctx context.Context, pod *corev1.Pod) bool {
	_, image, _ := c.snapshot()
	if strings.HasPrefix(image, missingImages) {
		c.wait("ImagePullBackOff", fmt.Sprintf("Back-off pulling image %q", image))
		return false
	}
	if image == emptyImage {
		c.end(128, "StartError", "the image holds no program "+strings.Join(c.spec.Command, " "))
		return false
	}
	order, err := c.prepare(ctx, pod)
	if err != nil {
		c.wait("CreateContainerConfigError", err.Error())
		return true
	}
	if err := c.launch(order); err != nil {
		c.end(128, "StartError", err.Error())
	}
	return false
}

// launch starts this program again in namespaces of its own, where it takes the order's place (see enter.go).
func (c *container) launch(order *order) error {
	text, err := json.Marshal(order)
	if err != nil {
		return err
	}
	file := filepath.Join(c.dir(), "order.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return err
	}
	output, write, err := os.Pipe()
	if err != nil {
		return err
	}
	failure, failed, err := os.Pipe()
	if err != nil {
		return err
	}
	command := exec.Command("/proc/self/exe", "enter", file)
	command.Env = []string{}
	command.Stdout, command.Stderr = write, write
	command.ExtraFiles = []*os.File{failed}
	command.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWPID | syscall.CLONE_NEWUTS | syscall.CLONE_NEWIPC,
		Setsid:     true, Pdeathsig: syscall.SIGKILL,
	}
	err = command.Start()
	write.Close()
	failed.Close()
	if err != nil {
		return err
	}
	began := metav1.Now()
	logged := make(chan struct{})
	go func() { defer close(logged); c.keepLog(output) }()
	// The pipe closes when the command has taken over, so what it holds is why that failed.
	reason, _ := io.ReadAll(failure)
	failure.Close()
	if len(reason) > 0 {
		command.Wait()
		return fmt.Errorf("%s", reason)
	}
	c.lock.Lock()
	c.process, c.stopping = command.Process, false
	c.state = corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: began}}
	c.lock.Unlock()
	go func() {
		command.Wait()
		<-logged
		c.ended(command.ProcessState, began)
	}()
	return nil
}

func (c *container) ended(how *os.ProcessState, began metav1.Time) {
	code := int32(how.ExitCode())
	status := how.Sys().(syscall.WaitStatus)
	if status.Signaled() {
		code = 128 + int32(status.Signal())
	}
	reason := "Completed"
	if code != 0 {
		reason = "Error"
	}
	c.lock.Lock()
	c.process = nil
	c.state = corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{
		ExitCode: code, Reason: reason, Message: c.terminationMessage(code), StartedAt: began, FinishedAt: metav1.Now(),
		ContainerID: c.id(),
	}}
	c.lock.Unlock()
	c.worker.nudge()
}

func (c *container) id() string { return "process://" + string(c.worker.pod.UID) + "-" + c.spec.Name }

func (c *container) wait(reason, message string) {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.state = corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason, Message: message}}
}

func (c *container) end(code int32, reason, message string) {
	c.lock.Lock()
	defer c.lock.Unlock()
	now := metav1.Now()
	c.state = corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{
		ExitCode: code, Reason: reason, Message: message, StartedAt: now, FinishedAt: now, ContainerID: c.id(),
	}}
}

// stop asks the container to end and kills it after the grace period. Only the first call does anything.
func (c *container) stop(grace time.Duration) {
	c.lock.Lock()
	defer c.lock.Unlock()
	if c.process == nil || c.stopping {
		return
	}
	c.stopping = true
	process := c.process
	c.signal(process, syscall.SIGTERM)
	time.AfterFunc(grace, func() {
		c.lock.Lock()
		defer c.lock.Unlock()
		if c.process == process {
			c.signal(process, syscall.SIGKILL)
		}
	})
}

func (c *container) kill() {
	c.lock.Lock()
	defer c.lock.Unlock()
	if c.process != nil {
		c.signal(c.process, syscall.SIGKILL)
	}
}

func (c *container) signal(process *os.Process, signal syscall.Signal) {
	if err := process.Signal(signal); err != nil && err != os.ErrProcessDone {
		log.Printf("cannot signal %s: %v", c.spec.Name, err)
	}
}

// replaceImage starts the container anew when its image was changed, as a kubelet does whatever the restart policy.
func (c *container) replaceImage(pod *corev1.Pod, spec corev1.Container) {
	state, image, _ := c.snapshot()
	if image == spec.Image {
		return
	}
	if state.Running != nil {
		c.stop(c.worker.grace(pod))
		return
	}
	if state.Terminated == nil || c.wasStopped() {
		c.lock.Lock()
		c.image, c.stopping = spec.Image, false
		c.restarts++
		c.state = corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "ContainerCreating"}}
		c.lock.Unlock()
	}
}

func (c *container) wasStopped() bool {
	c.lock.Lock()
	defer c.lock.Unlock()
	return c.stopping
}
