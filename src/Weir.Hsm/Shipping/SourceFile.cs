namespace Weir.Hsm.Shipping;

/// <summary>One file to read.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Mdt">Whose it is, unless headers inside say otherwise: the directory two above the file.</param>
internal sealed record SourceFile(string Path, string Mdt)
{
    public static SourceFile At(string path) =>
        new(path, System.IO.Path.GetFileName(System.IO.Path.GetDirectoryName(System.IO.Path.GetDirectoryName(path)) ?? "") is { Length: > 0 } mdt ? mdt : "unknown");
}
