using System.Runtime.CompilerServices;
using Weir.Erasure.Drives.Walking;

namespace Weir.Erasure.Drives.Verifying;

/// <summary>
/// Verifies a set: walks all its drives together in one order and gives each object once, with everything that its positions say. Objects
/// that every drive has whole and alike are known at once; the others are examined, some at a time.
/// </summary>
/// <param name="queues">The drives' queues.</param>
/// <param name="examiner">Examines what needs it; it may be shared, and with it what it may hold in memory.</param>
public sealed class SetVerifier(DriveQueues queues, ObjectExaminer examiner)
{
    /// <summary>Objects whose verdict is waited for, or waits for those before it.</summary>
    private const int MaxWaiting = 128;

    private const int MaxExamined = 16;

    /// <summary>Gives every object of the set, in the order of <see cref="WalkRules.Compare"/> on "bucket/stored key".</summary>
    /// <param name="pool">The pool.</param>
    /// <param name="set">The set.</param>
    /// <param name="options">What is verified.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async IAsyncEnumerable<ObjectVerdict> VerifyAsync(DrivePool pool, int set, VerifyOptions options, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var walk = new SetWalk(queues, pool, set, options);
        var judge = new VisitJudge(pool, set, options.Examine);
        var waiting = new Queue<(ObjectVerdict? Verdict, Task<ObjectVerdict>? Examination)>();
        int examined = 0;
        bool isOver = false;
        while (true)
        {
            while (!isOver && waiting.Count < MaxWaiting && examined < MaxExamined)
            {
                if (await walk.NextAsync(cancellationToken).ConfigureAwait(false) is not { } node)
                {
                    isOver = true;
                    break;
                }

                if (options.Choose is not null && node.IsObject)
                {
                    if (Choose(pool, set, node, judge, options, cancellationToken) is not { } chosen) continue;
                    waiting.Enqueue(chosen);
                    if (chosen.Examination is not null) examined++;
                }
                else if (judge.Judge(node) is { } known) waiting.Enqueue((known, null));
                else if (options.MayOutline && judge.Outline(node) is { } outline) waiting.Enqueue((outline, null));
                else if (judge.ToExamine(node) is { } name)
                {
                    waiting.Enqueue((null, examiner.ExamineAsync(pool, set, name, options.Examine, cancellationToken)));
                    examined++;
                }

                // What is known is given before more is waited for.
                if (waiting.TryPeek(out var first) && first.Verdict is not null) break;
            }

            if (!waiting.TryDequeue(out var next))
            {
                if (isOver) yield break;
                continue;
            }

            if (next.Verdict is { } verdict)
            {
                yield return verdict;
                continue;
            }

            ObjectVerdict examination = await next.Examination!.ConfigureAwait(false);
            examined--;
            if (examination.Versions.Count > 0) yield return examination;
        }
    }

    /// <summary>Looks at an object as somebody chooses; null where its name is none.</summary>
    private (ObjectVerdict? Verdict, Task<ObjectVerdict>? Examination)? Choose(DrivePool pool, int set, WalkNode node, VisitJudge judge, VerifyOptions options, CancellationToken cancellationToken)
    {
        Visit seen = Array.Find(node.Visits!, visit => visit.Stamp != 0);
        var walked = new WalkedObject(node.Path, seen.Stamp, seen.ChangedNs);
        ObjectChoice choice = options.Choose!(walked);
        VerifyMode mode = options.Examine.Mode;
        if (choice.Look == ObjectLook.Normal && mode < VerifyMode.Normal) mode = VerifyMode.Normal;
        else if (choice.Look == ObjectLook.Deep) mode = VerifyMode.Deep;
        if (mode == options.Examine.Mode && judge.Judge(node) is { } known)
        {
            bool isSkipped = choice.Look == ObjectLook.Skip;
            return (known with { Versions = isSkipped ? [] : known.Versions, IsSkipped = isSkipped, Look = mode, Walked = walked, Mark = choice.Mark }, null);
        }

        return judge.ToExamine(node) is { } name ? (null, ExamineAsync(pool, set, name, options.Examine with { Mode = mode }, walked, choice.Mark, cancellationToken)) : null;
    }

    private async Task<ObjectVerdict> ExamineAsync(DrivePool pool, int set, ObjectName name, ExamineOptions options, WalkedObject walked, long mark, CancellationToken cancellationToken)
    {
        ObjectVerdict verdict = await examiner.ExamineAsync(pool, set, name, options, cancellationToken).ConfigureAwait(false);
        return verdict with { Look = options.Mode, Walked = walked, Mark = mark };
    }
}
