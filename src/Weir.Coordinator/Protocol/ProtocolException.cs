namespace Weir.Coordinator.Protocol;

/// <summary>A peer sent what no peer may send. The connection ends, without an answer; the message says why, for the log.</summary>
public sealed class ProtocolException(string message, Exception? inner = null) : IOException(message, inner);
