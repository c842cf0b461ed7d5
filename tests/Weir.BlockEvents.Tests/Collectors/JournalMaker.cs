using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Weir.BlockEvents.Tests.Collectors;

/// <summary>Makes journal files with systemd's own writer, systemd-journal-remote.</summary>
internal static class JournalMaker
{
    public const string Program = "/lib/systemd/systemd-journal-remote";

    public static readonly Guid Boot = Guid.Parse("0123456789abcdef0123456789abcdef");

    public static void SkipUnlessPossible() => Assert.SkipUnless(File.Exists(Program), "needs systemd-journal-remote");

    /// <summary>An entry in the export format.</summary>
    public static string Entry(int number, string message, string extra = "") => string.Create(
        CultureInfo.InvariantCulture,
        $"__REALTIME_TIMESTAMP={1_700_000_000_000_000 + (number * 1000L)}\n__MONOTONIC_TIMESTAMP={1_000_000 + (number * 1000L)}\n_BOOT_ID={Boot:N}\n_TRANSPORT=kernel\nPRIORITY=3\nSYSLOG_IDENTIFIER=kernel\n_HOSTNAME=h1\n{extra}MESSAGE={message}\n\n");

    /// <summary>Writes entries to a file.</summary>
    public static void Write(string path, IEnumerable<string> entries, params (string Name, string Value)[] environment)
    {
        using Process process = Start(path, environment);
        foreach (string entry in entries) process.StandardInput.BaseStream.Write(Encoding.Latin1.GetBytes(entry));
        process.StandardInput.Close();
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, error);
    }

    /// <summary>The writer, waiting for entries on its input.</summary>
    public static Process Start(string path, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(Program, ["--output", path, "-"]) { RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false };
        foreach ((string name, string value) in environment) start.Environment[name] = value;
        return Process.Start(start)!;
    }
}
