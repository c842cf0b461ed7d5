using System.Text;
using Weir.Coordinator.Requests;
using Weir.Lustre;

namespace Weir.Benchmarks.Coordinators;

/// <summary>Requests as a site has them: a thousand tags, a hundred users, one archive id.</summary>
internal static class Requests
{
    public const int Users = 100;

    private static readonly byte[][] Tags = [.. Enumerable.Range(0, 1000).Select(i => Encoding.UTF8.GetBytes($"tag=project{i}"))];

    public static HsmRequest Make(int number)
    {
        var fid = new Fid(0x2_0000_0401 + (ulong)(number >> 16), (uint)(number & 0xffff) + 1, 0);
        return new()
        {
            Action = HsmAction.Archive,
            Fid = fid,
            DataFid = fid,
            Cookie = 0x6912_d0e0UL + (ulong)number,
            ExtentLength = ulong.MaxValue,
            ArchiveId = 1,
            Data = Tags[number % Tags.Length],
            Owner = new((uint)(number % Users), 100, 0),
        };
    }
}
