using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Weir.Lustre;

namespace Weir.Changelogs.Paths;

/// <summary>Asks <c>lfs fid2path</c>, which needs the file system mounted here. Each question is a process; their answers are worth caching.</summary>
/// <param name="mount">The mount point.</param>
/// <param name="program">The program; lfs by default.</param>
public sealed class LfsFidPaths(string mount, string program = "lfs") : IFidPaths
{
    private const int MaxPathBytes = 64 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public byte[]? Find(Fid fid)
    {
        var start = new ProcessStartInfo(program, ["fid2path", mount, $"[{fid}]"]) { RedirectStandardOutput = true, RedirectStandardError = true, StandardOutputEncoding = Encoding.Latin1 };
        using Process? process = Start(start);
        if (process is null) return null;
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        using var patience = new CancellationTokenSource(Patience);
        using CancellationTokenRegistration kill = patience.Token.Register(() => process.Kill());
        var output = new byte[MaxPathBytes];
        int length = process.StandardOutput.BaseStream.ReadAtLeast(output, output.Length, throwOnEndOfStream: false);
        process.WaitForExit();

        // One line a link; any of them is a path of the file.
        int end = output.AsSpan(0, length).IndexOf((byte)'\n');
        if (process.ExitCode != 0 || end < 0) return null;
        ReadOnlySpan<byte> path = output.AsSpan(0, end);
        byte[] prefix = Encoding.UTF8.GetBytes(mount.TrimEnd('/'));
        if (prefix.Length > 0 && path.StartsWith(prefix) && path.Length > prefix.Length && path[prefix.Length] == '/') path = path[prefix.Length..];
        return path.StartsWith("/"u8) ? path.ToArray() : [(byte)'/', .. path];
    }

    /// <exception cref="IOException">There is no such program.</exception>
    private static Process? Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start);
        }
        catch (Win32Exception missing)
        {
            throw new IOException($"Cannot run {start.FileName}, which knows the paths of fids: {missing.Message}", missing);
        }
    }
}
