using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Weir.Hsm.Rules;

/// <summary>Runs a rule's program: the hit in variables of its environment, and as a CloudEvent on its standard input. No shell is in between.</summary>
internal sealed class ProgramAction(TimeProvider time) : IRuleAction
{
    public async Task<string?> DoAsync(RuleHit hit, CancellationToken cancellationToken)
    {
        string program = hit.Rule.Run[0];
        using var process = new Process { StartInfo = StartOf(hit) };
        try
        {
            process.Start();
        }
        catch (Win32Exception failed)
        {
            return $"{program} cannot be run: {failed.Message}";
        }

        using var timeout = new CancellationTokenSource(hit.Rule.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await FeedAsync(process, hit, either.Token);
            await process.WaitForExitAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            if (cancellationToken.IsCancellationRequested) throw;
            return string.Create(CultureInfo.InvariantCulture, $"{program} was ended after {hit.Rule.Timeout.TotalSeconds:0.###} s");
        }

        return process.ExitCode == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"{program} ended with exit code {process.ExitCode}");
    }

    private static async Task FeedAsync(Process process, RuleHit hit, CancellationToken cancellationToken)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(hit.ToCloudEvent(), cancellationToken);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // A program need not read its input.
        }
    }

    private static ProcessStartInfo StartOf(RuleHit hit)
    {
        var start = new ProcessStartInfo(hit.Rule.Run[0]) { RedirectStandardInput = true, UseShellExecute = false };
        foreach (string argument in hit.Rule.Run.Skip(1)) start.ArgumentList.Add(argument);
        start.Environment["WEIR_RULE"] = hit.Rule.Name;
        start.Environment["WEIR_TRIGGER"] = RuleHit.NameOf(hit.Rule.On);
        start.Environment["WEIR_MDT"] = hit.Mdt;
        start.Environment["WEIR_FID"] = hit.Fid;
        start.Environment["WEIR_ACTION"] = hit.Action;
        start.Environment["WEIR_STATUS"] = hit.Status;
        start.Environment["WEIR_COOKIE"] = hit.Cookie is { } cookie ? string.Create(CultureInfo.InvariantCulture, $"0x{cookie:x}") : "";
        start.Environment["WEIR_COUNT"] = hit.Count.ToString(CultureInfo.InvariantCulture);
        return start;
    }
}
