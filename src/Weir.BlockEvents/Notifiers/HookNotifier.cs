using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Weir.BlockEvents.Events;

namespace Weir.BlockEvents.Notifiers;

/// <summary>
/// Runs the programs of a directory, in the order of their names, with the event in the environment and as JSON on standard input. A program that others than
/// root or this user can change is not run.
/// </summary>
public sealed class HookNotifier(string directory) : INotifier
{
    private const int MostPrograms = 64;

    /// <inheritdoc/>
    public async Task TellAsync(StorageEvent one, CancellationToken cancellationToken)
    {
        List<string>? problems = null;
        foreach (string program in Programs(ref problems))
        {
            try
            {
                await RunAsync(program, one, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception failed) when (failed is IOException or Win32Exception)
            {
                // The others are run all the same.
                (problems ??= []).Add($"{Path.GetFileName(program)}: {failed.Message}");
            }
        }

        if (problems is not null) throw new IOException(string.Join("; ", problems));
    }

    private List<string> Programs(ref List<string>? problems)
    {
        if (!Directory.Exists(directory)) throw new IOException($"There is no directory {directory}.");
        var programs = new List<string>();
        foreach (string path in Directory.EnumerateFiles(directory).Order(StringComparer.Ordinal).Take(MostPrograms))
        {
            UnixFileMode mode = File.GetUnixFileMode(path);
            if ((mode & UnixFileMode.UserExecute) == 0) continue;
            if ((mode & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) != 0) (problems ??= []).Add($"{Path.GetFileName(path)} is not run: others may write to it");
            else if (!FileOwner.IsTrusted(path)) (problems ??= []).Add($"{Path.GetFileName(path)} is not run: it belongs to neither root nor this user");
            else programs.Add(path);
        }

        return programs;
    }

    private static async Task RunAsync(string program, StorageEvent one, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, UseShellExecute = false };
        foreach ((string name, string value) in Variables(one)) start.Environment[name] = value;
        using Process process = Process.Start(start) ?? throw new IOException("it cannot be run");
        try
        {
            try
            {
                await process.StandardInput.BaseStream.WriteAsync(StorageEventWriter.ToUtf8(one), cancellationToken).ConfigureAwait(false);
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // It does not read its input, which is its business.
            }

            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        if (process.ExitCode != 0) throw new IOException(string.Create(CultureInfo.InvariantCulture, $"it ended with exit code {process.ExitCode}"));
    }

    private static IEnumerable<(string Name, string Value)> Variables(StorageEvent one)
    {
        BlockInfo top = one.Hierarchy.Path.Length > 0 ? one.Hierarchy : one.Device;
        yield return ("WEIR_EVENT_ID", one.EventId.ToString());
        yield return ("WEIR_EVENT_TYPE", one.EventType);
        yield return ("WEIR_SUB_SYSTEM", one.SubSystem);
        yield return ("WEIR_SEVERITY", Names.Of(one.Severity));
        yield return ("WEIR_HOSTNAME", one.Hostname);
        yield return ("WEIR_COUNT", one.Count.ToString(CultureInfo.InvariantCulture));
        yield return ("WEIR_MESSAGE", EventText.Clean(one.Message));
        yield return ("WEIR_DEV_PATH", one.Device.PreferredPath);
        yield return ("WEIR_DEV_WWID", one.Device.Wwid);
        yield return ("WEIR_FS_UUID", top.Uuid ?? "");
        yield return ("WEIR_MOUNT_POINT", EventText.Clean(top.MountPoint ?? ""));
        yield return ("WEIR_ROOT_CAUSE_EVENT_ID", one.RootCauseEventId?.ToString() ?? "");
    }
}
