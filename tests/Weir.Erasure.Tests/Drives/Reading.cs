using Weir.Erasure.Drives;
using Weir.Erasure.Format;

namespace Weir.Erasure.Tests.Drives;

/// <summary>Reads objects as <c>weir drives get</c> does.</summary>
internal static class Reading
{
    public static async Task<(byte[] Bytes, LocatedObject Located, RebuildLedger Ledger)> ReadAsync(
        IEnumerable<string> drives, string path, Guid? versionId = null, long offset = 0, long? length = null)
    {
        LocatedObject located = new ObjectLocator(DriveTopology.Discover(drives)).Find(ObjectName.Parse(path), versionId);
        var reader = new ObjectReader(located);
        using var memory = new MemoryStream();
        await reader.CopyToAsync(memory, offset, length ?? reader.Length - offset, TestContext.Current.CancellationToken);
        return (memory.ToArray(), located, reader.Ledger);
    }

    public static async Task<string> Md5Async(IEnumerable<string> drives, string path, Guid? versionId = null) =>
        ETagHash.Compute((await ReadAsync(drives, path, versionId)).Bytes);

    /// <summary>What stands before an error: it must be a beginning of the object, never anything else.</summary>
    public static async Task<(string Message, byte[] Before)> FailAsync(IEnumerable<string> drives, string path, Guid? versionId = null)
    {
        using var memory = new MemoryStream();
        ObjectUnavailableException error = await Assert.ThrowsAsync<ObjectUnavailableException>(async () =>
        {
            var reader = new ObjectReader(new ObjectLocator(DriveTopology.Discover(drives)).Find(ObjectName.Parse(path), versionId));
            await reader.CopyToAsync(memory, 0, reader.Length, TestContext.Current.CancellationToken);
        });
        return (error.Message, memory.ToArray());
    }
}
