namespace Weir.Erasure.Drives.Making;

/// <summary>A version that was written into a drive tree.</summary>
/// <param name="Name">The object.</param>
/// <param name="VersionId">Empty for the null version.</param>
/// <param name="IsDeleteMarker">Whether it is one.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Md5">Of the whole content; empty for a delete marker.</param>
/// <param name="Parts">How many parts.</param>
/// <param name="IsInline">Whether its shards lie in xl.meta.</param>
public sealed record MadeVersion(ObjectName Name, Guid VersionId, bool IsDeleteMarker, long Size, string Md5, int Parts, bool IsInline)
{
    public string VersionIdText => VersionId == Guid.Empty ? "null" : VersionId.ToString("D");
}
