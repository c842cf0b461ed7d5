using Weir.Cli.Terminals;

namespace Weir.Cli.Running;

/// <summary>Says on standard error why a verb did not finish, and with which code the process ends.</summary>
internal static class FailureReport
{
    public static int Write(Exception exception, string path, Terminal terminal, Signals signals)
    {
        switch (exception)
        {
            case BrokenPipeException:
                return ExitCode.Done;
            case OperationCanceledException when signals.ExitCode != 0:
                FlushQuietly(terminal);
                return signals.ExitCode;
        }

        FlushQuietly(terminal);
        if (terminal.ReadVariable("WEIR_DEBUG") is not (null or "0")) terminal.WriteError(exception + "\n");
        if (exception is UsageException)
        {
            terminal.Say(exception.Message.EndsWith('?') ? exception.Message : $"{exception.Message.TrimEnd('.')}.");
            terminal.Say($"'{path} --help' explains how it is used.");
            return ExitCode.WrongUsage;
        }

        terminal.Say(IsExpected(exception)
            ? OneLine(exception.Message)
            : $"unexpected {exception.GetType().Name}: {OneLine(exception.Message)} (WEIR_DEBUG=1 shows where)");
        return ExitCode.Failed;
    }

    /// <summary>Failures of the world outside; their messages are written for whoever reads them.</summary>
    private static bool IsExpected(Exception exception) => exception is IOException or UnauthorizedAccessException;

    private static string OneLine(string message) => message.ReplaceLineEndings(" ");

    /// <summary>What was already produced still goes out before the message.</summary>
    private static void FlushQuietly(Terminal terminal)
    {
        try
        {
            terminal.Out.Flush();
        }
        catch (IOException)
        {
            // The failure to report is the first one.
        }
    }
}
