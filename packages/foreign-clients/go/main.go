// Goes the tour over each way, and prints `step: report` for each of its steps. Usage: tour URL TRANSPORT[,TRANSPORT]...
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/zishang520/socket.io/clients/engine/v3/transports"
	client "github.com/zishang520/socket.io/clients/socket/v3"
	"github.com/zishang520/socket.io/servers/socket/v3"
	"github.com/zishang520/socket.io/v3/pkg/types"
)

const text = "žluťoučký 語 😀"

func main() {
	for _, way := range os.Args[2:] {
		fmt.Println("== " + way)
		if err := tour(os.Args[1], strings.Split(way, ",")); err != nil {
			fmt.Println("failed:", err)
		}
	}
}

func tour(url string, names []string) error {
	options := client.DefaultOptions()
	list := types.NewSet[transports.TransportCtor]()
	for _, name := range names {
		if name == "polling" {
			list.Add(transports.Polling)
		} else {
			list.Add(transports.WebSocket)
		}
	}
	options.SetTransports(list)
	options.SetReconnection(false)
	options.SetForceNew(true)
	connection := client.NewManager(url, options).Socket("/", nil)
	failed := next(connection, "connect_error")
	connected := next(connection, "connect")
	select {
	case <-connected:
	case why := <-failed:
		return fmt.Errorf("%v", why)
	case <-time.After(15 * time.Second):
		return errors.New("no connect")
	}
	tell("connect", "yes")

	answer, err := ask(connection, "echo", text)
	if err != nil {
		return err
	}
	tell("echo text", answer)

	connection.On("ask", func(args ...any) {
		args[len(args)-1].(socket.Ack)([]any{fmt.Sprint("well, ", args[0])}, nil)
	})
	answer, err = ask(connection, "quiz")
	if err != nil {
		return err
	}
	tell("answer a question", answer)

	count := 0
	connection.On("said", func(args ...any) {
		if fmt.Sprint(args[0]) == fmt.Sprint(count) {
			count++
		}
	})
	last := next(connection, "last")
	connection.Emit("burst", 100)
	if _, err := within(last); err != nil {
		return err
	}
	tell("burst in order", count)

	doubled := next(connection, "doubled")
	connection.Emit("double", []byte{1, 2, 3})
	args, err := within(doubled)
	if err != nil {
		return err
	}
	bytes, err := read(args[0])
	if err != nil {
		return err
	}
	tell("echo bytes", fmt.Sprintf("%x", bytes))

	chat := client.NewManager(url, options).Socket("/chat", nil)
	if _, err := within(next(chat, "connect")); err != nil {
		return err
	}
	tell("join /chat", "yes")
	chat.Disconnect()

	gone := next(connection, "disconnect")
	connection.Emit("leave")
	if _, err := within(gone); err != nil {
		return err
	}
	tell("notice the end", "yes")
	return nil
}

func read(value any) ([]byte, error) {
	switch bytes := value.(type) {
	case []byte:
		return bytes, nil
	case io.Reader:
		return io.ReadAll(bytes)
	}
	return nil, fmt.Errorf("%T is no bytes", value)
}

func next(connection *client.Socket, event string) <-chan []any {
	heard := make(chan []any, 1)
	connection.Once(types.EventName(event), func(args ...any) { heard <- args })
	return heard
}

func ask(connection *client.Socket, event string, args ...any) (any, error) {
	heard := make(chan []any, 1)
	connection.Emit(event, append(args, socket.Ack(func(answer []any, _ error) { heard <- answer }))...)
	answer, err := within(heard)
	if err != nil {
		return nil, err
	}
	return answer[0], nil
}

func within(heard <-chan []any) ([]any, error) {
	select {
	case args := <-heard:
		return args, nil
	case <-time.After(15 * time.Second):
		return nil, errors.New("nothing comes")
	}
}

func tell(step string, report any) {
	fmt.Printf("%s: %v\n", step, report)
}
