using System.Globalization;

namespace Weir.Cli.Tests.Verbs.Hsm;

/// <summary>Writes action files as an MDT prints them.</summary>
internal static class ActionFiles
{
    /// <summary>As many actions as asked for, in states that <paramref name="status"/> gives by number.</summary>
    public static void Write(string root, string mdt, int count, Func<int, string>? status = null)
    {
        string path = Path.Combine(root, mdt, "hsm", "actions");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllLines(path, Enumerable.Range(1, count).Select(n => Line(n, status?.Invoke(n) ?? "WAITING")));
    }

    private static string Line(int n, string status) => string.Create(
        CultureInfo.InvariantCulture,
        $"lrh=[type=10680000 len=136 idx=1/{n}] fid=[0x200000401:0x{n:x}:0x0] dfid=[0x200000401:0x{n:x}:0x0] compound/cookie=0x0/0x{n + 100:x} action={(n % 2 == 0 ? "RESTORE" : "ARCHIVE")} archive#=1 flags=0x0 extent=0x0-0xffffffffffffffff gid=0x0 datalen=0 status={status} data=[]");
}
