using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Weir.Erasure.Drives.Verifying;

namespace Weir.Erasure.Drives.Healing;

/// <summary>What a repair of one object does, and what it leaves.</summary>
/// <param name="Object">What was found.</param>
/// <param name="Repairs">Versions that are repaired.</param>
/// <param name="Refusals">Versions that are not.</param>
public sealed record ObjectPlan(ObjectVerdict Object, IReadOnlyList<VersionRepair> Repairs, IReadOnlyList<Refusal> Refusals)
{
    /// <summary>How many more positions the most endangered of the versions that are repaired may lose.</summary>
    public int Margin => Repairs.Count == 0 ? 0 : Repairs.Min(repair => repair.Verdict.Margin);

    public long WriteBytes => Repairs.Sum(repair => repair.WriteBytes);

    public long ReadBytes => Repairs.Sum(repair => repair.ReadBytes);

    /// <summary>What the repair holds in memory at once: of the part that takes most two batches of each shard, and all inline shards.</summary>
    public long MemoryBytes => Repairs.Count == 0 ? 0 : Repairs.Max(repair => repair.MemoryBytes) + Object.Answers.Sum(answer => answer.FileBytes);

    /// <summary>What is to be repaired, as a few letters: two looks that saw the same give the same.</summary>
    public string Sighting
    {
        get
        {
            var text = new StringBuilder();
            foreach (VersionRepair repair in Repairs)
            {
                text.Append(CultureInfo.InvariantCulture, $"{repair.Verdict.VersionId} {repair.Verdict.ModTime}");
                foreach (ShardRepair shard in repair.Shards) text.Append(CultureInfo.InvariantCulture, $" {shard.Position} {shard.NeedsRecord} {string.Join(',', shard.Parts)}");
                text.Append('\n');
            }

            return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())).AsSpan(0, 8));
        }
    }
}
