using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Weir.Hsm.Lfs;

/// <summary>Calls <c>lfs</c>: arguments as a list, never through a shell; what it prints and how long it takes are limited.</summary>
/// <param name="program">The program: a name to be found on the PATH, or a path.</param>
/// <param name="timeout">How long one call may take.</param>
/// <param name="logger">Is told when it cannot be run or takes too long.</param>
internal sealed class LfsProgram(string program, TimeSpan timeout, ILogger logger)
{
    private const int MaxOutputChars = 1024 * 1024;

    private bool _isMissing;

    /// <summary>Whether it could not be started; it is not tried again.</summary>
    public bool IsMissing => _isMissing;

    /// <summary>What it printed and how it ended; null when it could not be run or did not end in time.</summary>
    /// <param name="verb">What is asked of it, e.g. <c>fid2path</c>.</param>
    /// <param name="arguments">What follows the verb. None may start with a dash unless it is meant as an option.</param>
    /// <param name="cancellationToken">Ends the call, and the program with it.</param>
    public async Task<LfsAnswer?> RunAsync(string verb, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        if (_isMissing) return null;
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        start.ArgumentList.Add(verb);
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        start.Environment["LC_ALL"] = "C";
        try
        {
            using Process process = Process.Start(start)!;
            return await ReadAsync(process, verb, cancellationToken).ConfigureAwait(false);
        }
        catch (Win32Exception missing)
        {
            _isMissing = true;
            ShipLog.LfsMissing(logger, program, verb, missing.Message);
            return null;
        }
    }

    private async Task<LfsAnswer?> ReadAsync(Process process, string verb, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            process.StandardInput.Close();
            Task<string> errors = ReadSomeAsync(process.StandardError, limit.Token);
            string output = await ReadSomeAsync(process.StandardOutput, limit.Token).ConfigureAwait(false);
            string said = await errors.ConfigureAwait(false);
            await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
            return new(process.ExitCode, output.Split('\n', StringSplitOptions.RemoveEmptyEntries), said.Trim());
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            ShipLog.LfsTooSlow(logger, program, verb, timeout.TotalSeconds);
            return null;
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    /// <summary>Reads to the end and keeps a limited part of it.</summary>
    private static async Task<string> ReadSomeAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        char[] buffer = new char[4096];
        while (await reader.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and int read)
        {
            if (text.Length < MaxOutputChars) text.Append(buffer, 0, read);
        }

        return text.ToString();
    }
}

/// <param name="ExitCode">0 when all was done.</param>
/// <param name="Lines">What it printed, without empty lines.</param>
/// <param name="Errors">What it said on standard error.</param>
internal sealed record LfsAnswer(int ExitCode, string[] Lines, string Errors);
