import io.socket.client.Ack;
import io.socket.client.IO;
import io.socket.client.Socket;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Goes the tour over each way, and prints `step: report` for each of its steps. Usage: Tour URL TRANSPORT[,TRANSPORT]... */
public class Tour {
  private static final String TEXT = "\u017elu\u0165ou\u010dk\u00fd \u8a9e \ud83d\ude00";
  private static PrintStream out;

  public static void main(String[] args) throws Exception {
    out = new PrintStream(System.out, true, "UTF-8");
    for (String way : Arrays.asList(args).subList(1, args.length)) {
      out.println("== " + way);
      try {
        go(args[0], way.split(","));
      } catch (Exception error) {
        out.println("failed: " + error);
      }
    }
    System.exit(0);
  }

  private static void go(String url, String[] transports) throws Exception {
    Socket socket = IO.socket(url, options(transports));
    CompletableFuture<Object[]> connected = next(socket, Socket.EVENT_CONNECT);
    socket.on(Socket.EVENT_CONNECT_ERROR, error -> System.err.println(Arrays.toString(error)));
    socket.connect();
    wait(connected);
    tell("connect", "yes");

    tell("echo text", String.valueOf(ask(socket, "echo", TEXT)[0]));

    socket.on("ask", question -> ((Ack) question[question.length - 1]).call("well, " + question[0]));
    tell("answer a question", String.valueOf(ask(socket, "quiz")[0]));

    AtomicInteger count = new AtomicInteger();
    socket.on("said", said -> count.compareAndSet(((Number) said[0]).intValue(), ((Number) said[0]).intValue() + 1));
    CompletableFuture<Object[]> last = next(socket, "last");
    socket.emit("burst", 100);
    wait(last);
    tell("burst in order", String.valueOf(count.get()));

    CompletableFuture<Object[]> doubled = next(socket, "doubled");
    socket.emit("double", (Object) new byte[] {1, 2, 3});
    StringBuilder hex = new StringBuilder();
    for (byte each : (byte[]) wait(doubled)[0]) hex.append(String.format("%02x", each));
    tell("echo bytes", hex.toString());

    Socket chat = IO.socket(url + "/chat", options(transports));
    CompletableFuture<Object[]> joined = next(chat, Socket.EVENT_CONNECT);
    chat.connect();
    wait(joined);
    tell("join /chat", "yes");
    chat.disconnect();

    CompletableFuture<Object[]> gone = next(socket, Socket.EVENT_DISCONNECT);
    socket.emit("leave");
    wait(gone);
    tell("notice the end", "yes");
  }

  private static IO.Options options(String[] transports) {
    IO.Options options = new IO.Options();
    options.transports = transports;
    options.forceNew = true;
    options.reconnection = false;
    return options;
  }

  private static CompletableFuture<Object[]> next(Socket socket, String event) {
    CompletableFuture<Object[]> future = new CompletableFuture<>();
    socket.once(event, future::complete);
    return future;
  }

  private static Object[] ask(Socket socket, String event, Object... args) throws Exception {
    CompletableFuture<Object[]> future = new CompletableFuture<>();
    socket.emit(event, args, (Ack) future::complete);
    return wait(future);
  }

  private static Object[] wait(CompletableFuture<Object[]> future) throws Exception {
    return future.get(15, TimeUnit.SECONDS);
  }

  private static void tell(String step, String report) {
    out.println(step + ": " + report);
  }
}
