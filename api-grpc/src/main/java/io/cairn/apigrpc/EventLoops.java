// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * The threads that serve connections, each with its {@link LoopQueue}; by epoll where the platform
 * has it.
 */
final class EventLoops {

  private final EventLoopGroup acceptors;
  private final EventLoopGroup workers;
  private final Class<? extends ServerChannel> channelType;

  private EventLoops(
      EventLoopGroup acceptors,
      EventLoopGroup workers,
      Class<? extends ServerChannel> channelType) {
    this.acceptors = acceptors;
    this.workers = workers;
    this.channelType = channelType;
  }

  /** Starts as many loops as {@code settings} say. */
  static EventLoops start(GrpcSettings settings) {
    int count = settings.eventLoops();
    boolean epoll = Epoll.isAvailable();
    IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    EventLoopGroup acceptors =
        new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("grpc-accept", true), io);
    EventLoopGroup workers =
        new MultiThreadIoEventLoopGroup(count, new DefaultThreadFactory("grpc-loop", true), io);
    for (EventExecutor loop : workers) {
      loop.submit(new LoopQueue(loop)::bind).syncUninterruptibly();
    }
    return new EventLoops(
        acceptors, workers, epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class);
  }

  /** The thread that accepts connections. */
  EventLoopGroup acceptors() {
    return acceptors;
  }

  /** The threads that serve them. */
  EventLoopGroup workers() {
    return workers;
  }

  /** The kind of server socket that belongs to the loops. */
  Class<? extends ServerChannel> channelType() {
    return channelType;
  }

  /** Ends the loops once their connections have gone, and waits for that. */
  void stop() {
    Future<?> acceptorsEnd = acceptors.shutdownGracefully(0, 5, TimeUnit.SECONDS);
    Future<?> workersEnd = workers.shutdownGracefully(0, 5, TimeUnit.SECONDS);
    acceptorsEnd.syncUninterruptibly();
    workersEnd.syncUninterruptibly();
  }
}
