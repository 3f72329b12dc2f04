// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.network;

import io.cairn.spi.environment.Lane;
import io.cairn.spi.environment.ProcessExit;
import io.cairn.spi.environment.ThreadSafe;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * The one thread on which everything of the peer network happens: sockets, and the tasks of this
 * lane. One is enough, since it only copies bytes, and makes all state here its own.
 */
@ThreadSafe
final class NetworkLoop implements Lane {
  private static final long STOP_SECONDS_MAX = 5;

  private final ProcessExit exit;
  private final boolean epoll;
  private final EventLoopGroup group;
  private final EventExecutor loop;

  /** A loop whose thread starts with its first task. */
  NetworkLoop(ProcessExit exit) {
    this.exit = exit;
    this.epoll = Epoll.isAvailable();
    IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    this.group =
        new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("peer-network", true), io);
    this.loop = group.next();
  }

  /** For gRPC, which wants a group. */
  EventLoopGroup group() {
    return group;
  }

  /** The kind of server socket that belongs to the loop. */
  Class<? extends ServerChannel> serverType() {
    return epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
  }

  /** The kind of socket that belongs to the loop. */
  Class<? extends Channel> clientType() {
    return epoll ? EpollSocketChannel.class : NioSocketChannel.class;
  }

  /** Runs what gRPC hands in: at once on this thread, for most of it comes from here. */
  Executor callbacks() {
    return task -> {
      if (loop.inEventLoop()) {
        task.run();
      } else {
        execute(task);
      }
    };
  }

  @Override
  public String name() {
    return "peer-network";
  }

  @Override
  public void execute(Runnable task) {
    try {
      loop.execute(() -> run(task));
    } catch (RejectedExecutionException e) {
      if (!loop.isShuttingDown()) {
        throw e;
      }
      // The network has stopped: a lane ignores tasks from then on.
    }
  }

  /** Runs a task at the top of the lane, on this thread: nothing may pass (X3). */
  void run(Runnable task) {
    try {
      task.run();
    } catch (Throwable failure) {
      throw exit.fail("a task on lane '" + name() + "' failed", failure);
    }
  }

  /** Ends the process over an error that must not be lost in gRPC, which would only log it. */
  Error fail(Error failure) {
    return exit.fail("a task on lane '" + name() + "' failed", failure);
  }

  /** Ends the loop, and waits for that unless it is the loop that asks. */
  void stop() {
    var end = group.shutdownGracefully(0, STOP_SECONDS_MAX, TimeUnit.SECONDS);
    if (!loop.inEventLoop()) {
      end.syncUninterruptibly();
    }
  }
}
