using Weir.Cli.Terminals;
using Weir.Erasure.Format;

namespace Weir.Cli.Verbs.Drives;

/// <summary>Prints the versions of an object's metadata as they are read.</summary>
internal abstract class MetaPrinter(OutputBuffer output) : IDisposable
{
    /// <summary>Whether anything printed was damaged.</summary>
    public bool HasProblems { get; private set; }

    protected OutputBuffer Output { get; } = output;

    public abstract void Begin(string format, int headerVersion, int metaVersion);

    /// <param name="header">What the file's header says.</param>
    /// <param name="body">Null where it cannot be read.</param>
    /// <param name="problem">What is wrong, or null.</param>
    /// <param name="inlineBytes">Bytes of its inline shard; 0 for none, -1 where that is not known.</param>
    public void Print(in XlVersionHeader header, XlBody? body, string? problem, int inlineBytes)
    {
        HasProblems |= problem is not null;
        PrintVersion(header, body, problem, inlineBytes);
    }

    public void End(string? inlineDamage)
    {
        HasProblems |= inlineDamage is not null;
        Finish(inlineDamage);
    }

    public abstract void Dispose();

    protected abstract void PrintVersion(in XlVersionHeader header, XlBody? body, string? problem, int inlineBytes);

    protected abstract void Finish(string? inlineDamage);

    protected static string TypeName(XlVersionType type) => type switch
    {
        XlVersionType.Object => "object",
        XlVersionType.DeleteMarker => "delete-marker",
        XlVersionType.Legacy => "legacy",
        _ => "invalid",
    };

    protected static string DialectName(XlDialect dialect) => dialect switch
    {
        XlDialect.Modern => "modern",
        XlDialect.RustFsLegacy => "rustfs-legacy",
        _ => "version-1",
    };

    protected static IEnumerable<string> FlagNames(XlVersionFlags flags)
    {
        if ((flags & XlVersionFlags.FreeVersion) != 0) yield return "free-version";
        if ((flags & XlVersionFlags.UsesDataDir) != 0) yield return "uses-data-dir";
        if ((flags & XlVersionFlags.InlineData) != 0) yield return "inline-data";
    }
}
