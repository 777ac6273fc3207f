using System.CommandLine;
using Weft.Mpi;
using Weft.Training;

namespace Weft.App;

/// <summary>
/// A verb that trains. Where an MPI launcher started several processes, all of them train one network: rank 0 does what the command says and talks to people,
/// the others follow it, whatever their own arguments are.
/// </summary>
internal abstract class TrainingVerb(string name, string description, Screen screen) : Verb(name, description, screen)
{
    protected sealed override ExitCode Run(ParseResult parse)
    {
        using var ranks = MpiLaunch.Of(Environment.GetEnvironmentVariable) is { } launch ? MpiRanks.Join(launch) : RankGroup.Alone;
        return ranks.Rank == 0 ? Lead(parse, new LedTraining(ranks)) : Follow(ranks);
    }

    /// <param name="ranks">To be taken along once there is a session.</param>
    protected abstract ExitCode Run(ParseResult parse, LedTraining ranks);

    private ExitCode Lead(ParseResult parse, LedTraining training)
    {
        try
        {
            var code = Run(parse, training);
            training.Refuse(code);
            return code;
        }
        catch (Exception failure) when (training.Ranks.Size > 1)
        {
            var error = Failures.ToError(failure, Environment.GetCommandLineArgs());
            training.Refuse(ExitCodes.For(error.Kind));
            if (training.IsLed)
            {
                ErrorPrinter.Print(error, Screen);
                training.Ranks.Abort((int)ExitCodes.For(error.Kind));
            }

            throw error;
        }
    }

    private ExitCode Follow(RankGroup ranks)
    {
        var quiet = new Screen(TextWriter.Null, Screen.Error) { Quiet = true };
        try
        {
            using var signals = new StopSignals(_ => { }, _ => { });
            var (session, code) = TrainingSession.Follow(ranks, configuration => DataSets.Open(configuration, quiet, signals.Token));
            using (session)
            {
                if (session is not null)
                    Trainer.Run(session, null, signals.Token);
            }

            return session is null ? (ExitCode)code : signals.Received ?? ExitCode.Done;
        }
        catch (WeftException failure) when (failure.Kind == ErrorKind.Diverged)
        {
            return ExitCode.Diverged; // every rank finds it by itself after the same step, and rank 0 says it
        }
        catch (Exception failure)
        {
            var error = Failures.ToError(failure, Environment.GetCommandLineArgs());
            Screen.Error.WriteLine($"rank {ranks.Rank} on {Environment.MachineName} cannot go on, which ends the training:");
            ErrorPrinter.Print(error, Screen);
            var code = ExitCodes.For(error.Kind);
            ranks.Abort((int)code);
            return code;
        }
    }
}

/// <summary>A training that other processes may go along with.</summary>
internal sealed class LedTraining(RankGroup ranks)
{
    public RankGroup Ranks => ranks;

    /// <summary>Whether the others train.</summary>
    public bool IsLed { get; private set; }

    /// <summary>Takes the others along.</summary>
    /// <inheritdoc cref="TrainingSession.Lead"/>
    public void Lead(TrainingSession session)
    {
        if (ranks.Size == 1)
            return;
        session.Lead(ranks);
        IsLed = true;
    }

    /// <summary>Lets the others go where they have nothing to train.</summary>
    public void Refuse(ExitCode code)
    {
        if (ranks.Size > 1 && !IsLed)
            TrainingSession.Refuse(ranks, (int)code);
    }

    /// <inheritdoc cref="TrainingSession.RequireShards"/>
    public ResolvedConfiguration Checked(ResolvedConfiguration configuration)
    {
        TrainingSession.RequireShards(configuration.Value, ranks.Size);
        return configuration;
    }

    /// <exception cref="WeftException">There are others.</exception>
    public void RequireAlone(string what)
    {
        if (ranks.Size == 1)
            return;
        throw new WeftException(ErrorKind.InvalidInput, $"{what} is no work for {ranks.Size} processes that train one network")
        {
            Where = what, Expected = "one process, or one training at a time", Found = $"{ranks.Size} processes of an MPI launcher",
            Safe = "nothing was begun",
        };
    }
}
