using Weir.Erasure.Format;

namespace Weir.Erasure.Drives.Verifying;

/// <summary>One version's record as one position holds it.</summary>
/// <param name="Position">In the set.</param>
/// <param name="Header">What the file says about it.</param>
/// <param name="Body">Null where it cannot be read or makes no sense.</param>
/// <param name="Problem">Why <paramref name="Body"/> is null.</param>
internal sealed record HeldRecord(int Position, XlVersionHeader Header, XlBody? Body, string? Problem)
{
    public static HeldRecord Read(int position, XlVersion version)
    {
        try
        {
            XlBody body = DriveMetadata.ReadBody(version);
            if (body.VersionId != version.Header.VersionId) return new(position, version.Header, null, $"its header has the id {version.Header.VersionIdText} and its body {body.VersionId}");
            return body.Object?.Problem() is { } problem ? new(position, version.Header, null, problem) : new(position, version.Header, body, null);
        }
        catch (ErasureFormatException error)
        {
            return new(position, version.Header, null, error.Message);
        }
    }
}
