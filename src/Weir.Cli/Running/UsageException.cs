namespace Weir.Cli.Running;

/// <summary>The command line asks for something that cannot be meant. The message says what; nothing was done.</summary>
internal sealed class UsageException(string message) : Exception(message);
